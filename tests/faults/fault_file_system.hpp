// A file system that fails on demand and forgets at a power cut what was not synced, for tests.
//
// It works on real files through RocksDB's public FileSystemWrapper, and hands out an Env to open
// stores with. It notes what was synced: of each file how far, of each directory which entries.
// lose_power() takes back the rest, as a disk might: any part of what was appended, perhaps torn,
// and the latest changes of directories. Nothing is really synced, so that it is fast.
//
// Threads: everything may be called from any thread, but lose_power() only while nobody has a file
// open for writing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "tests/support/temporary_directory.hpp"

namespace rounds::test {

// What can fail, by what it does.
enum class FileOperation : std::uint8_t {
  read,
  write,     // append to a file, or overwrite a part of it
  sync,      // of a file
  allocate,  // of space ahead of writes
  create,    // of a file or directory
  rename,
  remove,
  sync_directory,
  look,  // whether something exists, how large it is, what is in a directory
};

enum class FaultError : std::uint8_t { io_error, no_space };

class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  FaultFileSystem();
  ~FaultFileSystem() override;

  // To open stores with. Lives as long as the returned pointer.
  struct Environment {
    std::shared_ptr<FaultFileSystem> files;
    std::unique_ptr<rocksdb::Env> env;
  };
  [[nodiscard]] static Environment make();

  // Operations so far.
  [[nodiscard]] std::uint64_t operation_count() const;

  // Makes the operation with this number fail (1: the next one), and nothing else.
  void fail_after(std::uint64_t operations, FaultError error);

  // Makes every operation fail for which `chosen` says so, until the next call. Null: none.
  using Chosen = std::function<bool(FileOperation, const std::string& path)>;
  void fail_if(Chosen chosen, FaultError error);

  // Takes the power away when so many operations were done: from then on all of them fail.
  void cut_power_after(std::uint64_t operations);
  [[nodiscard]] bool is_powered() const;

  // Whether a fault was met since it was set.
  [[nodiscard]] bool fault_met() const;

  // Makes each sync take so long, from now on: those under way end.
  void slow_down(std::chrono::milliseconds each_sync);

  // What is on the disk after a power cut: everything synced, and any part of the rest. Then the
  // power is back and nothing fails.
  void lose_power(std::mt19937_64& random);

  // Nothing fails from now on, and everything written so far counts as synced: the process died,
  // the machine did not.
  void forgive();

  [[nodiscard]] const char* Name() const override { return "FaultFileSystem"; }

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus FileExists(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetChildren(const std::string& path, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names,
                                rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFileSize(const std::string& path, const rocksdb::IOOptions& options,
                                std::uint64_t* size, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus CreateDir(const std::string& path, const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus CreateDirIfMissing(const std::string& path, const rocksdb::IOOptions& options,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteDir(const std::string& path, const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LockFile(const std::string& path, const rocksdb::IOOptions& options,
                             rocksdb::FileLock** lock, rocksdb::IODebugContext* debug) override;

  // For the files that this class hands out.

  // Counts an operation. Fails if it is to fail.
  [[nodiscard]] rocksdb::IOStatus begin(FileOperation operation, const std::string& path);
  // Waits as a slow disk would.
  void wait_for_slow_disk();

  // What is known of a file that was open for writing since the last power cut.
  struct FileState {
    std::uint64_t size = 0;
    std::uint64_t synced_size = 0;
    // Of files that are overwritten in place: the synced content, and the writes since.
    std::optional<std::string> synced_content;
    std::vector<std::pair<std::uint64_t, std::string>> writes;
  };
  using StatePointer = std::shared_ptr<FileState>;
  void update(const StatePointer& state, const std::function<void(FileState&)>& change);

 private:
  // A change of a directory that is not durable yet.
  struct DirectoryChange {
    enum class Kind : std::uint8_t { created, renamed, removed, made_directory };
    Kind kind = Kind::created;
    std::string path;
    std::string from;   // renamed: the old name
    std::string saved;  // where the file that stood at `path` is kept; empty: there was none
    StatePointer saved_state;
  };

  void note_change(DirectoryChange change);
  // What is known of the files in a directory goes with it, or is forgotten. Call under the lock.
  void move_directory(const std::string& from, const std::string& to);
  void forget_directory(const std::string& path);
  [[nodiscard]] std::string save(const std::string& path);
  void undo(const DirectoryChange& change);
  static void damage(const std::string& path, const FileState& state, std::mt19937_64& random);
  [[nodiscard]] StatePointer start_tracking(const std::string& path, FileState state);

  TemporaryDirectory saved_files_;
  mutable std::mutex mutex_;
  std::condition_variable sync_time_changed_;
  std::uint64_t count_ = 0;
  std::uint64_t fail_at_ = 0;  // 0: never
  std::uint64_t cut_at_ = 0;   // 0: never
  Chosen chosen_;
  FaultError error_ = FaultError::io_error;
  bool met_ = false;
  bool powered_ = true;
  std::chrono::milliseconds sync_time_{0};
  std::uint64_t sync_times_set_ = 0;
  std::uint64_t saved_count_ = 0;
  std::map<std::string, StatePointer> files_;
  std::map<std::string, std::vector<DirectoryChange>> changes_;  // by directory
};

}  // namespace rounds::test
