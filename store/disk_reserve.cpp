#include "store/disk_reserve.hpp"

#include <string>

#include <fmt/format.h>

#include "eventlog/file_system.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

// More than what file systems keep inside of their metadata.
constexpr std::size_t probe_bytes = 64U * 1024;

}  // namespace

DiskReserve::DiskReserve(const std::filesystem::path& data_directory, std::size_t bytes,
                         rocksdb::Env* env)
    : path_(data_directory / "reserve"),
      probe_path_(data_directory / "reserve.probe"),
      bytes_(bytes),
      env_(env) {}

Result<void> DiskReserve::hold() {
  rocksdb::FileSystem& files = file_system_of(env_);
  std::uint64_t size = 0;
  const auto known = files.GetFileSize(path_.string(), {}, &size, nullptr);
  if (known.ok() && size == bytes_) return {};
  return replace_file(files, path_, std::string(bytes_, '\0'));
}

Result<void> DiskReserve::release() {
  rocksdb::FileSystem& files = file_system_of(env_);
  const auto exists = file_exists(files, path_);
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return {};
  return check_status(files.DeleteFile(path_.string(), {}, nullptr),
                      fmt::format("releasing {}", path_.string()));
}

Result<void> DiskReserve::probe(std::size_t free_bytes) {
  rocksdb::FileSystem& files = file_system_of(env_);
  if (auto written = replace_file(files, probe_path_, std::string(probe_bytes, '\0')); !written) {
    return written;
  }
  const auto removed = files.DeleteFile(probe_path_.string(), {}, nullptr);
  if (!removed.ok()) return std::unexpected(from_status(removed, "removing the probe"));
  std::uint64_t free = 0;
  const auto asked = files.GetFreeSpace(path_.parent_path().string(), {}, &free, nullptr);
  // Where nobody can tell, the write above has to do.
  if (asked.IsNotSupported()) return {};
  if (!asked.ok()) return std::unexpected(from_status(asked, "asking for free space"));
  if (free >= free_bytes) return {};
  return fail(ErrorCode::io_error,
              fmt::format("the disk of {} has {} bytes free; {} are needed to go on",
                          path_.parent_path().string(), free, free_bytes));
}

}  // namespace rounds
