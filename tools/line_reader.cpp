#include "tools/line_reader.hpp"

#include <istream>

#include <fmt/format.h>

namespace rounds::tools {

bool LineReader::next() {
  try {
    while (read_line()) {
      if (too_long_ || line_.find_first_not_of(" \t\r") != std::string::npos) return true;
    }
  } catch (const std::ios_base::failure&) {
    broken_ = true;  // how a file buffer reports that the system refused a read
  }
  return false;
}

bool LineReader::read_line() {
  using Traits = std::char_traits<char>;
  line_.clear();
  too_long_ = false;
  std::streambuf& buffer = *in_.rdbuf();
  Traits::int_type byte = buffer.sbumpc();
  if (byte == Traits::eof()) return false;
  ++number_;
  for (; byte != Traits::eof() && byte != '\n'; byte = buffer.sbumpc()) {
    ++bytes_read_;
    if (line_.size() == max_line_bytes) {
      too_long_ = true;
    } else {
      line_ += Traits::to_char_type(byte);
    }
  }
  ++bytes_read_;  // the newline
  return true;
}

Result<std::string_view> LineReader::line() const {
  if (!too_long_) return line_;
  return fail(ErrorCode::too_large,
              fmt::format("the line is longer than {} bytes; put one JSON object on each line",
                          max_line_bytes));
}

Result<void> LineReader::finish() const {
  if (!broken_) return {};
  return fail(ErrorCode::io_error,
              fmt::format("cannot be read on after line {}; check that it is a file", number_));
}

}  // namespace rounds::tools
