// The watermark: a small file beside the log that says how far the log reached when the last synced
// group was acknowledged. A log that ends before it, or has another chain there, has lost
// acknowledged events, however sound what is left of it looks.
//
// Each write goes to the page cache only, so that an acknowledgement costs one fsync, not two: it
// survives the death of the process, and sync() makes it survive a power cut. Three slots, so that
// the one that was synced last is never written to: no torn write can take all of them.
// docs/format.md has the layout, docs/reliability.md what follows from all this.
//
// Threads: write() belongs to one thread, sync() to any one other at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "eventlog/frame.hpp"

namespace rocksdb {
class FileSystem;
class FSRandomRWFile;
}  // namespace rocksdb

namespace rounds {

// How old the durable watermark may be: short enough for a promise, long enough that its fsyncs do
// not disturb those of the log.
inline constexpr std::chrono::milliseconds default_watermark_sync_interval{1000};

struct Watermark {
  SignatureId log_id;     // of the log that it belongs to
  Sequence sequence = 0;  // the last event of a synced group; 0: none
  ChainHash chain = 0;    // of the frame that ends with it
  bool closed = false;    // nothing was appended behind it: the log was closed

  friend bool operator==(const Watermark&, const Watermark&) = default;
};

// Where the watermark of the log in `log_directory` is: beside it, so that it survives its
// deletion.
[[nodiscard]] std::filesystem::path watermark_path(const std::filesystem::path& log_directory);

// The newest watermark in the file at `path`; none if there is no file. Changes nothing, and may
// run while another process writes. Errors: corruption if no slot is readable; io_error.
[[nodiscard]] Result<std::optional<Watermark>> read_watermark(rocksdb::FileSystem& files,
                                                              const std::filesystem::path& path);

class WatermarkFile {
 public:
  // Opens the file at `path` for writing and makes `watermark` its newest, durably. Creates it if
  // it is absent; replaces it if no slot is readable: whoever minds has read it before. `files`
  // must outlive the object. Errors: io_error.
  [[nodiscard]] static Result<std::unique_ptr<WatermarkFile>> open(
      rocksdb::FileSystem& files, const std::filesystem::path& path, const Watermark& watermark);
  ~WatermarkFile();
  WatermarkFile(const WatermarkFile&) = delete;
  WatermarkFile& operator=(const WatermarkFile&) = delete;

  // Survives the death of the process from now on. Errors: io_error.
  [[nodiscard]] Result<void> write(const Watermark& watermark);

  // Makes what was written before the call survive a power cut. Costs an fsync if anything was
  // written since the last one. Errors: io_error.
  [[nodiscard]] Result<void> sync();

 private:
  WatermarkFile() = default;

  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
  std::mutex mutex_;
  std::uint64_t counter_ = 0;     // of the newest write; guarded by mutex_
  std::size_t writing_slot_ = 0;  // guarded by mutex_
  std::size_t synced_slot_ = 0;   // guarded by mutex_
  bool unsynced_ = false;         // guarded by mutex_
};

}  // namespace rounds
