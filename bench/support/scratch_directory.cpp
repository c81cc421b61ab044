#include "bench/support/scratch_directory.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/vfs.h>

namespace rounds::bench {
namespace {

bool lies_in_memory(const std::filesystem::path& directory) {
  struct statfs status{};
  if (::statfs(directory.c_str(), &status) != 0) return false;
  return status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
}

}  // namespace

std::filesystem::path default_data_directory() {
  return ROUNDS_BENCH_DATA_DIR;
}

Result<ScratchDirectory> ScratchDirectory::create_in(const std::filesystem::path& parent) {
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (error) {
    return fail(ErrorCode::io_error,
                fmt::format("cannot create {}: {}", parent.string(), error.message()));
  }
  if (lies_in_memory(parent)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} lies in memory; name a directory on a disk with --data-dir",
                            parent.string()));
  }
  std::string pattern = (parent / "bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return fail(ErrorCode::io_error,
                fmt::format("cannot create a directory in {}: {}", parent.string(),
                            std::generic_category().message(errno)));
  }
  return ScratchDirectory(pattern);
}

ScratchDirectory::ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

std::uint64_t bytes_below(const std::filesystem::path& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

}  // namespace rounds::bench
