// Files that a user names: "-" is the standard input.
//
// Pure but for reading; belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <istream>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "tools/process.hpp"

namespace rounds::tools {

class InputFile {
 public:
  // Opens `path`. Errors: data_missing names it if it cannot be opened.
  [[nodiscard]] static Result<InputFile> open(const std::string& path, Process& process);

  // Lives as long as the object (or the process, for "-").
  [[nodiscard]] std::istream& stream() const { return *stream_; }

  // For messages: the path, or "standard input".
  [[nodiscard]] const std::string& name() const { return name_; }

  // In bytes; 0 if it is not known, as for pipes.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  // All there is. Errors: too_large if that is more than `max_bytes`; io_error.
  [[nodiscard]] Result<std::string> read_all(std::size_t max_bytes);

 private:
  InputFile() = default;

  std::unique_ptr<std::ifstream> file_;  // null for "-"
  std::istream* stream_ = nullptr;       // never null once open
  std::string name_;
  std::uint64_t size_ = 0;
};

}  // namespace rounds::tools
