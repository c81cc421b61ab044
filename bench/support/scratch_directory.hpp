// Where benchmarks keep their data: a directory on a real disk, empty at first, removed at the end.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/error.hpp"

namespace rounds::bench {

// The directory below the build folder that is used unless another one is named.
[[nodiscard]] std::filesystem::path default_data_directory();

class ScratchDirectory {
 public:
  // Makes a fresh directory inside `parent`, creating that too. Errors: invalid_argument if
  // `parent` lies in memory (tmpfs), where a sync costs nothing and figures mean nothing; io_error.
  [[nodiscard]] static Result<ScratchDirectory> create_in(const std::filesystem::path& parent);

  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path);

  std::filesystem::path path_;  // empty once moved from
};

// The sizes of all files below `directory` together.
[[nodiscard]] std::uint64_t bytes_below(const std::filesystem::path& directory);

}  // namespace rounds::bench
