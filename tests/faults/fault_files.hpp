// The files that FaultFileSystem hands out. Internal to tests/faults.
//
// Each belongs to the thread that RocksDB uses it from; what they share is the FaultFileSystem.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "tests/faults/fault_file_system.hpp"

namespace rounds::test {

// The bytes of a real file.
[[nodiscard]] std::string content_of(const std::string& path);

class FaultSequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  FaultSequentialFile(std::unique_ptr<rocksdb::FSSequentialFile> file, FaultFileSystem& files,
                      std::string path)
      : FSSequentialFileOwnerWrapper(std::move(file)), files_(files), path_(std::move(path)) {}

  rocksdb::IOStatus Read(std::size_t n, const rocksdb::IOOptions& options, rocksdb::Slice* result,
                         char* scratch, rocksdb::IODebugContext* debug) override {
    if (auto status = files_.begin(FileOperation::read, path_); !status.ok()) return status;
    return target()->Read(n, options, result, scratch, debug);
  }

 private:
  FaultFileSystem& files_;
  std::string path_;
};

class FaultRandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FaultRandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file, FaultFileSystem& files,
                        std::string path)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), files_(files), path_(std::move(path)) {}

  rocksdb::IOStatus Read(std::uint64_t offset, std::size_t n, const rocksdb::IOOptions& options,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext* debug) const override {
    if (auto status = files_.begin(FileOperation::read, path_); !status.ok()) return status;
    return target()->Read(offset, n, options, result, scratch, debug);
  }

  // One by one through Read(), so that each can fail.
  rocksdb::IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count,
                              const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* debug) override {
    for (std::size_t i = 0; i < count; ++i) {
      rocksdb::FSReadRequest& request = requests[i];
      request.status =
          Read(request.offset, request.len, options, &request.result, request.scratch, debug);
    }
    return rocksdb::IOStatus::OK();
  }

 private:
  FaultFileSystem& files_;
  std::string path_;
};

class FaultWritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultWritableFile(std::unique_ptr<rocksdb::FSWritableFile> file, FaultFileSystem& files,
                    std::string path, FaultFileSystem::StatePointer state)
      : FSWritableFileOwnerWrapper(std::move(file)),
        files_(files),
        path_(std::move(path)),
        state_(std::move(state)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (auto status = files_.begin(FileOperation::write, path_); !status.ok()) return status;
    auto status = target()->Append(data, options, debug);
    if (status.ok()) {
      files_.update(state_, [&](FaultFileSystem::FileState& state) { state.size += data.size(); });
    }
    return status;
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& /*verification*/,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Truncate(std::uint64_t size, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
    if (auto status = files_.begin(FileOperation::write, path_); !status.ok()) return status;
    files_.update(state_, [&](FaultFileSystem::FileState& state) {
      state.size = std::min(state.size, size);
      state.synced_size = std::min(state.synced_size, size);
    });
    return target()->Truncate(size, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    if (auto status = files_.begin(FileOperation::sync, path_); !status.ok()) return status;
    files_.wait_for_slow_disk();
    auto status = target()->Flush(options, debug);
    if (status.ok()) {
      files_.update(state_,
                    [](FaultFileSystem::FileState& state) { state.synced_size = state.size; });
    }
    return status;
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return Sync(options, debug);
  }
  rocksdb::IOStatus RangeSync(std::uint64_t /*offset*/, std::uint64_t /*bytes*/,
                              const rocksdb::IOOptions& /*options*/,
                              rocksdb::IODebugContext* /*debug*/) override {
    return rocksdb::IOStatus::OK();  // promises nothing
  }
  // Space ahead of writes is asked for here, not from the real file: it would cost time and change
  // nothing.
  void SetPreallocationBlockSize(std::size_t size) override {
    FSWritableFile::SetPreallocationBlockSize(size);  // NOLINT(bugprone-parent-virtual-call)
  }
  void PrepareWrite(std::size_t offset, std::size_t length, const rocksdb::IOOptions& options,
                    rocksdb::IODebugContext* debug) override {
    // Not the wrapper's, which would ask the real file.
    FSWritableFile::PrepareWrite(  // NOLINT(bugprone-parent-virtual-call)
        offset, length, options, debug);
  }
  rocksdb::IOStatus Allocate(std::uint64_t /*offset*/, std::uint64_t /*length*/,
                             const rocksdb::IOOptions& /*options*/,
                             rocksdb::IODebugContext* /*debug*/) override {
    return files_.begin(FileOperation::allocate, path_);
  }

 private:
  FaultFileSystem& files_;
  std::string path_;
  FaultFileSystem::StatePointer state_;
};

class FaultRandomRWFile final : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  FaultRandomRWFile(std::unique_ptr<rocksdb::FSRandomRWFile> file, FaultFileSystem& files,
                    std::string path, FaultFileSystem::StatePointer state)
      : FSRandomRWFileOwnerWrapper(std::move(file)),
        files_(files),
        path_(std::move(path)),
        state_(std::move(state)) {}

  rocksdb::IOStatus Write(std::uint64_t offset, const rocksdb::Slice& data,
                          const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    if (auto status = files_.begin(FileOperation::write, path_); !status.ok()) return status;
    files_.update(state_, [&](FaultFileSystem::FileState& state) {
      // From an appended file to one that is overwritten: what was synced of it is what is kept.
      if (!state.synced_content) {
        state.synced_content = content_of(path_).substr(0, state.synced_size);
      }
    });
    auto status = target()->Write(offset, data, options, debug);
    if (status.ok()) {
      files_.update(state_, [&](FaultFileSystem::FileState& state) {
        state.writes.emplace_back(offset, data.ToString());
      });
    }
    return status;
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& /*options*/,
                         rocksdb::IODebugContext* /*debug*/) override {
    if (auto status = files_.begin(FileOperation::sync, path_); !status.ok()) return status;
    files_.wait_for_slow_disk();
    files_.update(state_, [](FaultFileSystem::FileState& state) {
      if (!state.synced_content) state.synced_size = state.size;
      for (const auto& [offset, bytes] : state.writes) {
        if (state.synced_content->size() < offset + bytes.size()) {
          state.synced_content->resize(offset + bytes.size());
        }
        state.synced_content->replace(offset, bytes.size(), bytes);
      }
      state.writes.clear();
    });
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return Sync(options, debug);
  }

 private:
  FaultFileSystem& files_;
  std::string path_;
  FaultFileSystem::StatePointer state_;
};

class FaultDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultDirectory(std::unique_ptr<rocksdb::FSDirectory>&& directory, std::function<void()> synced,
                 FaultFileSystem& files, std::string path)
      : FSDirectoryWrapper(std::move(directory)),
        synced_(std::move(synced)),
        files_(files),
        path_(std::move(path)) {}

  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& /*options*/,
                          rocksdb::IODebugContext* /*debug*/) override {
    if (auto status = files_.begin(FileOperation::sync_directory, path_); !status.ok()) {
      return status;
    }
    files_.wait_for_slow_disk();
    synced_();
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus FsyncWithDirOptions(const rocksdb::IOOptions& options,
                                        rocksdb::IODebugContext* debug,
                                        const rocksdb::DirFsyncOptions& /*reason*/) override {
    return Fsync(options, debug);
  }

 private:
  std::function<void()> synced_;
  FaultFileSystem& files_;
  std::string path_;
};

}  // namespace rounds::test
