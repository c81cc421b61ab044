#include "tools/input_file.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace rounds::tools {

Result<InputFile> InputFile::open(const std::string& path, Process& process) {
  InputFile input;
  if (path == "-") {
    input.stream_ = &process.in;
    input.name_ = "standard input";
    return input;
  }
  std::error_code error;
  const bool is_directory = std::filesystem::is_directory(path, error);
  input.file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (is_directory || !*input.file_) {
    return fail(ErrorCode::data_missing,
                fmt::format("the file {} cannot be read; check its name and permissions", path));
  }
  input.stream_ = input.file_.get();
  input.name_ = path;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error) input.size_ = size;
  return input;
}

Result<std::string> InputFile::read_all(std::size_t max_bytes) {
  constexpr std::size_t block_bytes = 64U * 1024;
  std::string content;
  while (*stream_ && content.size() <= max_bytes) {
    const std::size_t before = content.size();
    content.resize(before + block_bytes);
    stream_->read(content.data() + before, block_bytes);
    content.resize(before + static_cast<std::size_t>(stream_->gcount()));
  }
  if (stream_->bad()) {
    return fail(ErrorCode::io_error, fmt::format("{} cannot be read to its end", name_));
  }
  if (content.size() <= max_bytes) return content;
  return fail(ErrorCode::too_large,
              fmt::format("{} is longer than {} bytes; split it", name_, max_bytes));
}

}  // namespace rounds::tools
