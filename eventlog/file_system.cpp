#include "eventlog/file_system.hpp"

#include <memory>
#include <vector>

#include <fmt/format.h>

#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

constexpr std::string_view temporary_suffix = ".new";

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::filesystem::path parent_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

Result<void> write_file(rocksdb::FileSystem& files, const std::filesystem::path& path,
                        std::string_view bytes) {
  const std::string doing = fmt::format("writing {}", path.string());
  std::unique_ptr<rocksdb::FSWritableFile> file;
  auto status = files.NewWritableFile(path.string(), {}, &file, nullptr);
  if (status.ok()) status = file->Append(slice(bytes), {}, nullptr);
  if (status.ok()) status = file->Fsync({}, nullptr);
  if (file != nullptr) {
    const auto closed = file->Close({}, nullptr);
    if (status.ok()) status = closed;
  }
  return check_status(status, doing);
}

}  // namespace

rocksdb::FileSystem& file_system_of(rocksdb::Env* env) {
  return *(env == nullptr ? rocksdb::Env::Default() : env)->GetFileSystem();
}

Result<void> sync_directory(rocksdb::FileSystem& files, const std::filesystem::path& directory) {
  std::unique_ptr<rocksdb::FSDirectory> opened;
  auto status = files.NewDirectory(directory.string(), {}, &opened, nullptr);
  if (status.ok()) status = opened->Fsync({}, nullptr);
  return check_status(status, fmt::format("syncing the directory {}", directory.string()));
}

Result<void> sync_file(rocksdb::FileSystem& files, const std::filesystem::path& path) {
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  auto status = files.NewRandomRWFile(path.string(), {}, &file, nullptr);
  if (status.ok()) status = file->Fsync({}, nullptr);
  return check_status(status, fmt::format("syncing {}", path.string()));
}

Result<void> create_directories_durably(rocksdb::FileSystem& files,
                                        const std::filesystem::path& directory) {
  const auto exists = file_exists(files, directory);
  if (!exists) return std::unexpected(exists.error());
  if (*exists) return {};
  const std::filesystem::path parent = parent_of(directory);
  if (parent != directory) {
    if (auto created = create_directories_durably(files, parent); !created) return created;
  }
  const auto status = files.CreateDirIfMissing(directory.string(), {}, nullptr);
  if (!status.ok()) {
    return std::unexpected(from_status(status, fmt::format("creating {}", directory.string())));
  }
  return sync_directory(files, parent);
}

Result<void> replace_file(rocksdb::FileSystem& files, const std::filesystem::path& path,
                          std::string_view bytes) {
  const std::string temporary = path.string() + std::string(temporary_suffix);
  if (auto written = write_file(files, temporary, bytes); !written) {
    static_cast<void>(files.DeleteFile(temporary, {}, nullptr));
    return written;
  }
  const auto renamed = files.RenameFile(temporary, path.string(), {}, nullptr);
  if (!renamed.ok()) {
    return std::unexpected(from_status(renamed, fmt::format("replacing {}", path.string())));
  }
  return sync_directory(files, parent_of(path));
}

Result<std::string> read_file(rocksdb::FileSystem& files, const std::filesystem::path& path,
                              std::size_t max_bytes) {
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  auto status = files.NewSequentialFile(path.string(), {}, &file, nullptr);
  if (status.IsNotFound() || status.IsPathNotFound()) {
    return fail(ErrorCode::data_missing, fmt::format("there is no file {}", path.string()));
  }
  std::string bytes;
  std::string buffer(max_bytes, '\0');
  while (status.ok() && bytes.size() < max_bytes) {
    rocksdb::Slice read;
    status = file->Read(max_bytes - bytes.size(), {}, &read, buffer.data(), nullptr);
    if (!status.ok() || read.empty()) break;
    bytes.append(read.data(), read.size());
  }
  if (!status.ok()) {
    return std::unexpected(from_status(status, fmt::format("reading {}", path.string())));
  }
  return bytes;
}

Result<void> remove_directory(rocksdb::FileSystem& files, const std::filesystem::path& directory) {
  const auto exists = file_exists(files, directory);
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return {};
  const std::string doing = fmt::format("deleting {}", directory.string());
  std::vector<std::string> names;
  if (auto listed = check_status(files.GetChildren(directory.string(), {}, &names, nullptr), doing);
      !listed) {
    return listed;
  }
  for (const std::string& name : names) {
    if (name == "." || name == "..") continue;
    const std::filesystem::path path = directory / name;
    bool is_directory = false;
    auto status = files.IsDirectory(path.string(), {}, &is_directory, nullptr);
    if (status.ok() && is_directory) {
      if (auto removed = remove_directory(files, path); !removed) return removed;
      continue;
    }
    if (status.ok()) status = files.DeleteFile(path.string(), {}, nullptr);
    if (!status.ok()) return std::unexpected(from_status(status, doing));
  }
  return check_status(files.DeleteDir(directory.string(), {}, nullptr), doing);
}

Result<bool> file_exists(rocksdb::FileSystem& files, const std::filesystem::path& path) {
  const auto status = files.FileExists(path.string(), {}, nullptr);
  if (status.ok()) return true;
  if (status.IsNotFound()) return false;
  return std::unexpected(from_status(status, fmt::format("looking for {}", path.string())));
}

}  // namespace rounds
