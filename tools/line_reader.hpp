// Lines of a file that may hold anything: numbered, and with a limit on the length of one.
//
// Belongs to one thread; refers to the stream it was made from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace rounds::tools {

// A JSON Lines occurrence has a message and a stack: kilobytes. A longer line is another format.
inline constexpr std::size_t max_line_bytes = 1024 * 1024;

class LineReader {
 public:
  explicit LineReader(std::istream& in) : in_(in) {}

  // Reads the next line without its newline, skipping those of nothing but spaces. False at the end
  // of the stream and when reading fails: see finish().
  [[nodiscard]] bool next();

  // Errors: too_large if the line is longer than max_line_bytes; its rest was skipped.
  [[nodiscard]] Result<std::string_view> line() const;

  [[nodiscard]] std::uint64_t number() const { return number_; }  // from 1
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

  // After next() returned false. Errors: io_error if the stream broke before its end.
  [[nodiscard]] Result<void> finish() const;

 private:
  bool read_line();

  std::istream& in_;
  std::string line_;
  bool too_long_ = false;
  bool broken_ = false;
  std::uint64_t number_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace rounds::tools
