#include "projections/preloading_env.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <rocksdb/file_system.h>

namespace rounds {
namespace {

class LoadedFile final : public rocksdb::FSRandomAccessFile {
 public:
  explicit LoadedFile(std::string bytes) : bytes_(std::move(bytes)) {}

  rocksdb::IOStatus Read(std::uint64_t offset, std::size_t count, const rocksdb::IOOptions&,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext*) const override {
    const std::size_t begin = std::min<std::size_t>(offset, bytes_.size());
    const std::size_t size = std::min(count, bytes_.size() - begin);
    // A part of RocksDB looks for the bytes here, wherever the result points to.
    std::memcpy(scratch, bytes_.data() + begin, size);
    *result = {scratch, size};
    return rocksdb::IOStatus::OK();
  }

 private:
  std::string bytes_;
};

class PreloadingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  PreloadingFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base, std::string directory)
      : FileSystemWrapper(base), directory_(std::move(directory)) {}

  static const char* kClassName() { return "PreloadingFileSystem"; }
  const char* Name() const override { return kClassName(); }

  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                        rocksdb::IODebugContext* debug) override {
    if (!path.starts_with(directory_)) {
      return target()->NewRandomAccessFile(path, options, result, debug);
    }
    std::uint64_t size = 0;
    auto status = target()->GetFileSize(path, options.io_options, &size, debug);
    if (!status.ok()) return status;
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    status = target()->NewSequentialFile(path, options, &file, debug);
    if (!status.ok()) return status;
    std::string bytes(size, '\0');
    std::size_t loaded = 0;
    while (loaded < size) {
      rocksdb::Slice some;
      char* place = bytes.data() + loaded;
      status = file->Read(size - loaded, options.io_options, &some, place, debug);
      if (!status.ok()) return status;
      if (some.empty()) return rocksdb::IOStatus::Corruption("a file is shorter than it was", path);
      if (some.data() != place) std::memmove(place, some.data(), some.size());
      loaded += some.size();
    }
    *result = std::make_unique<LoadedFile>(std::move(bytes));
    return status;
  }

 private:
  std::string directory_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> make_preloading_env(rocksdb::Env* base, std::string directory) {
  const auto& files = base == nullptr ? rocksdb::FileSystem::Default() : base->GetFileSystem();
  return rocksdb::NewCompositeEnv(
      std::make_shared<PreloadingFileSystem>(files, std::move(directory)));
}

}  // namespace rounds
