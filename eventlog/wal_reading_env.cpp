#include "eventlog/wal_reading_env.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <rocksdb/file_system.h>

namespace rounds {
namespace {

// The format of a WAL (https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format):
// blocks of records, each with a header of checksum (4), length of the payload (2, little endian),
// type (1).
constexpr std::size_t block_bytes = 32U * 1024;
constexpr std::size_t header_bytes = 7;
constexpr std::size_t length_place = 4;
constexpr std::size_t type_place = 6;
constexpr std::uint8_t first_recyclable_type = 5;
constexpr std::uint8_t last_recyclable_type = 8;
constexpr std::uint8_t no_type = 0x7f;  // none that RocksDB has or ignores

// RocksDB looks for a record behind each whole one in front of it, and gives up the block where one
// is not whole. To look further than it would does no harm: nobody reads it.
void unmark_recycled_records(std::span<char> block) {
  while (block.size() >= header_bytes) {
    const auto byte = [&](std::size_t place) { return static_cast<std::uint8_t>(block[place]); };
    const auto type = byte(type_place);
    if (first_recyclable_type <= type && type <= last_recyclable_type) {
      block[type_place] = static_cast<char>(no_type);
      return;
    }
    const std::size_t length = byte(length_place) + (std::size_t{byte(length_place + 1)} << 8U);
    if (header_bytes + length > block.size()) return;
    block = block.subspan(header_bytes + length);
  }
}

class WalFile final : public rocksdb::FSSequentialFile {
 public:
  explicit WalFile(std::unique_ptr<rocksdb::FSSequentialFile> file) : file_(std::move(file)) {}

  rocksdb::IOStatus Read(std::size_t count, const rocksdb::IOOptions& options,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext* debug) override {
    std::size_t given = 0;
    while (given < count) {
      if (next_ == block_.size()) {
        if (auto status = load(options, debug); !status.ok()) return status;
        if (next_ == block_.size()) break;
      }
      const std::size_t some = std::min(count - given, block_.size() - next_);
      std::memcpy(scratch + given, block_.data() + next_, some);
      next_ += some;
      given += some;
    }
    *result = {scratch, given};
    return rocksdb::IOStatus::OK();
  }

  rocksdb::IOStatus Skip(std::uint64_t count) override {
    while (count > 0) {
      if (next_ == block_.size()) {
        if (auto status = load({}, nullptr); !status.ok()) return status;
        if (next_ == block_.size()) break;
      }
      const auto some = std::min<std::uint64_t>(count, block_.size() - next_);
      next_ += some;
      count -= some;
    }
    return rocksdb::IOStatus::OK();
  }

 private:
  // The next block, or what there is of it at the end of the file. Nothing behind that: what a
  // writer adds meanwhile does not begin where a block does.
  rocksdb::IOStatus load(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) {
    if (has_ended_) return rocksdb::IOStatus::OK();
    std::vector<char> block(block_bytes);
    std::size_t loaded = 0;
    while (loaded < block_bytes) {
      rocksdb::Slice some;
      char* place = block.data() + loaded;
      const auto status = file_->Read(block_bytes - loaded, options, &some, place, debug);
      if (!status.ok()) return status;
      if (some.empty()) break;
      if (some.data() != place) std::memmove(place, some.data(), some.size());
      loaded += some.size();
    }
    has_ended_ = loaded < block_bytes;
    block.resize(loaded);
    unmark_recycled_records(block);
    block_.swap(block);
    next_ = 0;
    return rocksdb::IOStatus::OK();
  }

  std::unique_ptr<rocksdb::FSSequentialFile> file_;
  std::vector<char> block_;
  std::size_t next_ = 0;  // of the block, the first byte that was not read yet
  bool has_ended_ = false;
};

class WalReadingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit WalReadingFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base)
      : FileSystemWrapper(base) {}

  static const char* kClassName() { return "WalReadingFileSystem"; }
  const char* Name() const override { return kClassName(); }

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* debug) override {
    auto status = target()->NewSequentialFile(path, options, result, debug);
    if (status.ok() && path.ends_with(".log")) {
      *result = std::make_unique<WalFile>(std::move(*result));
    }
    return status;
  }
};

}  // namespace

std::unique_ptr<rocksdb::Env> make_wal_reading_env(rocksdb::Env* base) {
  const auto& files = base == nullptr ? rocksdb::FileSystem::Default() : base->GetFileSystem();
  return rocksdb::NewCompositeEnv(std::make_shared<WalReadingFileSystem>(files));
}

}  // namespace rounds
