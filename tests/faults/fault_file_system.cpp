#include "tests/faults/fault_file_system.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include "tests/faults/fault_files.hpp"

namespace rounds::test {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

namespace {

// One name for each file: RocksDB's backups write "DIRECTORY//name" and "DIRECTORY/".
std::string plain(const std::string& path) {
  const auto normal = std::filesystem::path(path).lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).string();
}

std::string directory_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

}  // namespace

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

FaultFileSystem::FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

FaultFileSystem::~FaultFileSystem() = default;

FaultFileSystem::Environment FaultFileSystem::make() {
  auto files = std::make_shared<FaultFileSystem>();
  return {files, rocksdb::NewCompositeEnv(files)};
}

std::uint64_t FaultFileSystem::operation_count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void FaultFileSystem::fail_after(std::uint64_t operations, FaultError error) {
  const std::lock_guard lock(mutex_);
  fail_at_ = count_ + operations;
  error_ = error;
  met_ = false;
}

void FaultFileSystem::fail_if(Chosen chosen, FaultError error) {
  const std::lock_guard lock(mutex_);
  chosen_ = std::move(chosen);
  error_ = error;
  met_ = false;
}

void FaultFileSystem::cut_power_after(std::uint64_t operations) {
  const std::lock_guard lock(mutex_);
  cut_at_ = count_ + operations;
}

bool FaultFileSystem::is_powered() const {
  const std::lock_guard lock(mutex_);
  return powered_;
}

bool FaultFileSystem::fault_met() const {
  const std::lock_guard lock(mutex_);
  return met_;
}

void FaultFileSystem::slow_down(std::chrono::milliseconds each_sync) {
  {
    const std::lock_guard lock(mutex_);
    sync_time_ = each_sync;
    ++sync_times_set_;
  }
  sync_time_changed_.notify_all();
}

void FaultFileSystem::wait_for_slow_disk() {
  std::unique_lock lock(mutex_);
  if (sync_time_.count() == 0) return;
  sync_time_changed_.wait_for(
      lock, sync_time_, [this, before = sync_times_set_] { return sync_times_set_ != before; });
}

IOStatus FaultFileSystem::begin(FileOperation operation, const std::string& path) {
  const std::lock_guard lock(mutex_);
  ++count_;
  if (cut_at_ != 0 && count_ > cut_at_) powered_ = false;
  if (!powered_) return IOStatus::IOError("the power is off", path);
  const bool fails = count_ == fail_at_ || (chosen_ && chosen_(operation, path));
  if (!fails) return IOStatus::OK();
  met_ = true;
  return error_ == FaultError::no_space ? IOStatus::NoSpace("injected", path)
                                        : IOStatus::IOError("injected", path);
}

void FaultFileSystem::update(const StatePointer& state,
                             const std::function<void(FileState&)>& change) {
  const std::lock_guard lock(mutex_);
  change(*state);
}

FaultFileSystem::StatePointer FaultFileSystem::start_tracking(const std::string& path,
                                                              FileState state) {
  const std::lock_guard lock(mutex_);
  return files_[plain(path)] = std::make_shared<FileState>(std::move(state));
}

void FaultFileSystem::note_change(DirectoryChange change) {
  const std::lock_guard lock(mutex_);
  change.path = plain(change.path);
  change.from = plain(change.from);
  changes_[directory_of(change.path)].push_back(std::move(change));
}

std::string FaultFileSystem::save(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++saved_count_;
  }
  std::string saved = (saved_files_.path() / std::to_string(number)).string();
  // Two threads of RocksDB may delete the same file.
  std::error_code error;
  std::filesystem::rename(path, saved, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) throw std::filesystem::filesystem_error("keeping what is deleted", path, error);
  return saved;
}

IOStatus FaultFileSystem::NewSequentialFile(const std::string& path,
                                            const rocksdb::FileOptions& options,
                                            std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                            IODebugContext* debug) {
  if (auto status = begin(FileOperation::look, path); !status.ok()) return status;
  std::unique_ptr<rocksdb::FSSequentialFile> opened;
  auto status = target()->NewSequentialFile(path, options, &opened, debug);
  if (status.ok()) *file = std::make_unique<FaultSequentialFile>(std::move(opened), *this, path);
  return status;
}

IOStatus FaultFileSystem::NewRandomAccessFile(const std::string& path,
                                              const rocksdb::FileOptions& options,
                                              std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                              IODebugContext* debug) {
  if (auto status = begin(FileOperation::look, path); !status.ok()) return status;
  std::unique_ptr<rocksdb::FSRandomAccessFile> opened;
  auto status = target()->NewRandomAccessFile(path, options, &opened, debug);
  if (status.ok()) *file = std::make_unique<FaultRandomAccessFile>(std::move(opened), *this, path);
  return status;
}

IOStatus FaultFileSystem::NewWritableFile(const std::string& path,
                                          const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                          IODebugContext* debug) {
  if (auto status = begin(FileOperation::create, path); !status.ok()) return status;
  DirectoryChange change{DirectoryChange::Kind::created, path, {}, save(path), nullptr};
  {
    const std::lock_guard lock(mutex_);
    if (const auto old = files_.find(plain(path)); old != files_.end())
      change.saved_state = old->second;
  }
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  auto status = target()->NewWritableFile(path, options, &opened, debug);
  if (!status.ok()) return status;
  note_change(std::move(change));
  *file =
      std::make_unique<FaultWritableFile>(std::move(opened), *this, path, start_tracking(path, {}));
  return status;
}

IOStatus FaultFileSystem::ReopenWritableFile(const std::string& path,
                                             const rocksdb::FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                                             IODebugContext* debug) {
  if (auto status = begin(FileOperation::look, path); !status.ok()) return status;
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  auto status = target()->ReopenWritableFile(path, options, &opened, debug);
  if (!status.ok()) return status;
  StatePointer state;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = files_.find(plain(path)); known != files_.end()) state = known->second;
  }
  if (!state) {
    const std::uint64_t size = std::filesystem::file_size(path);
    state = start_tracking(path, {size, size, std::nullopt, {}});
  }
  *file = std::make_unique<FaultWritableFile>(std::move(opened), *this, path, std::move(state));
  return status;
}

IOStatus FaultFileSystem::NewRandomRWFile(const std::string& path,
                                          const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                          IODebugContext* debug) {
  if (auto status = begin(FileOperation::look, path); !status.ok()) return status;
  std::unique_ptr<rocksdb::FSRandomRWFile> opened;
  auto status = target()->NewRandomRWFile(path, options, &opened, debug);
  if (!status.ok()) return status;
  StatePointer state;
  {
    // Somebody may be appending to it: then the two share what is known of it.
    const std::lock_guard lock(mutex_);
    if (const auto known = files_.find(plain(path)); known != files_.end()) state = known->second;
  }
  if (!state || state->synced_content) {
    FileState fresh;
    fresh.synced_content = content_of(path);
    state = start_tracking(path, std::move(fresh));
  }
  *file = std::make_unique<FaultRandomRWFile>(std::move(opened), *this, path, std::move(state));
  return status;
}

IOStatus FaultFileSystem::NewDirectory(const std::string& path, const IOOptions& options,
                                       std::unique_ptr<rocksdb::FSDirectory>* directory,
                                       IODebugContext* debug) {
  if (auto status = begin(FileOperation::look, path); !status.ok()) return status;
  std::unique_ptr<rocksdb::FSDirectory> opened;
  auto status = target()->NewDirectory(path, options, &opened, debug);
  if (!status.ok()) return status;
  const auto synced = [this, name = plain(path)] {
    const std::lock_guard lock(mutex_);
    const auto changes = changes_.find(name);
    if (changes == changes_.end()) return;
    for (const DirectoryChange& change : changes->second) {
      if (!change.saved.empty()) std::filesystem::remove(change.saved);
    }
    changes_.erase(changes);
  };
  *directory = std::make_unique<FaultDirectory>(std::move(opened), synced, *this, path);
  return status;
}

IOStatus FaultFileSystem::FileExists(const std::string& path, const IOOptions& options,
                                     IODebugContext* debug) {
  // RocksDB 7.8 takes any error of looking for this directory, when it makes a backup, for a
  // mistake of its own and ends the process (db/wal_manager.cc).
  if (path.ends_with("/archive")) return target()->FileExists(path, options, debug);
  if (auto status = begin(FileOperation::look, path); !status.ok()) return status;
  return target()->FileExists(path, options, debug);
}

IOStatus FaultFileSystem::GetChildren(const std::string& path, const IOOptions& options,
                                      std::vector<std::string>* names, IODebugContext* debug) {
  if (auto status = begin(FileOperation::look, path); !status.ok()) return status;
  return target()->GetChildren(path, options, names, debug);
}

IOStatus FaultFileSystem::GetFileSize(const std::string& path, const IOOptions& options,
                                      std::uint64_t* size, IODebugContext* debug) {
  if (auto status = begin(FileOperation::look, path); !status.ok()) return status;
  return target()->GetFileSize(path, options, size, debug);
}

IOStatus FaultFileSystem::DeleteFile(const std::string& path, const IOOptions& options,
                                     IODebugContext* debug) {
  if (auto status = begin(FileOperation::remove, path); !status.ok()) return status;
  DirectoryChange change{DirectoryChange::Kind::removed, path, {}, save(path), nullptr};
  if (change.saved.empty()) return target()->DeleteFile(path, options, debug);
  {
    const std::lock_guard lock(mutex_);
    if (const auto old = files_.find(plain(path)); old != files_.end()) {
      change.saved_state = old->second;
      files_.erase(old);
    }
  }
  note_change(std::move(change));
  return IOStatus::OK();
}

IOStatus FaultFileSystem::RenameFile(const std::string& from, const std::string& to,
                                     const IOOptions& options, IODebugContext* debug) {
  if (auto status = begin(FileOperation::rename, to); !status.ok()) return status;
  if (!std::filesystem::exists(from)) return target()->RenameFile(from, to, options, debug);
  DirectoryChange change{DirectoryChange::Kind::renamed, to, from, save(to), nullptr};
  auto status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    if (const auto old = files_.find(plain(to)); old != files_.end()) {
      change.saved_state = old->second;
      files_.erase(old);
    }
    if (auto moved = files_.extract(plain(from)); !moved.empty()) {
      moved.key() = plain(to);
      files_.insert(std::move(moved));
    }
    move_directory(from, to);
  }
  note_change(std::move(change));
  return status;
}

IOStatus FaultFileSystem::LinkFile(const std::string& from, const std::string& to,
                                   const IOOptions& options, IODebugContext* debug) {
  if (auto status = begin(FileOperation::create, to); !status.ok()) return status;
  auto status = target()->LinkFile(from, to, options, debug);
  if (!status.ok()) return status;
  {
    // Both names lead to the same bytes.
    const std::lock_guard lock(mutex_);
    if (const auto known = files_.find(plain(from)); known != files_.end())
      files_[plain(to)] = known->second;
  }
  note_change({DirectoryChange::Kind::created, to, {}, {}, nullptr});
  return status;
}

IOStatus FaultFileSystem::CreateDir(const std::string& path, const IOOptions& options,
                                    IODebugContext* debug) {
  if (auto status = begin(FileOperation::create, path); !status.ok()) return status;
  auto status = target()->CreateDir(path, options, debug);
  if (status.ok()) note_change({DirectoryChange::Kind::made_directory, path, {}, {}, nullptr});
  return status;
}

IOStatus FaultFileSystem::CreateDirIfMissing(const std::string& path, const IOOptions& options,
                                             IODebugContext* debug) {
  if (std::filesystem::exists(path)) return begin(FileOperation::look, path);
  return CreateDir(path, options, debug);
}

// The removal itself survives a power cut from here on: nobody has asked for more yet.
IOStatus FaultFileSystem::DeleteDir(const std::string& path, const IOOptions& options,
                                    IODebugContext* debug) {
  if (auto status = begin(FileOperation::remove, path); !status.ok()) return status;
  auto status = target()->DeleteDir(path, options, debug);
  if (!status.ok()) return status;
  const std::lock_guard lock(mutex_);
  forget_directory(path);
  return status;
}

void FaultFileSystem::move_directory(const std::string& from, const std::string& to) {
  const std::string inside = from + "/";
  const auto renamed = [&](const std::string& path) { return to + path.substr(from.size()); };
  std::vector<std::string> names;
  for (const auto& [path, state] : files_) {
    if (path.starts_with(inside)) names.push_back(path);
  }
  for (const std::string& name : names) {
    auto moved = files_.extract(name);
    moved.key() = renamed(name);
    files_.insert(std::move(moved));
  }
  if (auto moved = changes_.extract(from); !moved.empty()) {
    moved.key() = to;
    for (DirectoryChange& change : moved.mapped()) {
      change.path = renamed(change.path);
      if (!change.from.empty()) change.from = renamed(change.from);
    }
    changes_.insert(std::move(moved));
  }
}

void FaultFileSystem::forget_directory(const std::string& path) {
  std::erase_if(files_, [&](const auto& file) { return file.first.starts_with(path + "/"); });
  if (const auto changes = changes_.extract(path); !changes.empty()) {
    for (const DirectoryChange& change : changes.mapped()) {
      if (!change.saved.empty()) std::filesystem::remove(change.saved);
    }
  }
}

IOStatus FaultFileSystem::LockFile(const std::string& path, const IOOptions& options,
                                   rocksdb::FileLock** lock, IODebugContext* debug) {
  if (auto status = begin(FileOperation::create, path); !status.ok()) return status;
  return target()->LockFile(path, options, lock, debug);
}

}  // namespace rounds::test
