// The event log: the only truth of a store. Events are appended in groups, each group atomically
// and fsynced, and read forward from any sequence or one by one.
//
// A log is a RocksDB database of its own with the column families `log` (frames,
// eventlog/frame.hpp) and `default` (format version and log id), and a watermark beside it, which
// tells when it has lost acknowledged events (eventlog/watermark.hpp). It knows nothing of
// projections;
// those live in another database (projections/projection_database.hpp), so that they can be
// damaged, deleted and rebuilt without touching the truth, and so that their writes never wait in
// the same queue as an acknowledgement.
//
// Threads: append() belongs to one thread, the committer. Everything else may be called from any
// thread, also while appends run. Readers must be destroyed before the log. A thread of its own
// syncs the watermark.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "core/ids.hpp"
#include "eventlog/event_codec.hpp"
#include "eventlog/frame.hpp"
#include "eventlog/watermark.hpp"
#include "eventlog/watermark_syncer.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class Iterator;
class Statistics;
}  // namespace rocksdb

namespace rounds {

// Tells logs apart, so that projections of one are never used with another. Random, made once.
using LogId = SignatureId;

struct EventLogOptions {
  bool create_if_missing = true;
  // Counts what RocksDB does for this log, e.g. to prove that a query reads nothing. Null: not
  // counted, which saves a few percent.
  std::shared_ptr<rocksdb::Statistics> statistics;
  // The file system that the log and its watermark are on; must outlive the log. Null: that of the
  // machine. Tests inject faults here.
  rocksdb::Env* env = nullptr;
  std::chrono::milliseconds watermark_sync_interval = default_watermark_sync_interval;
  // Accepts the log as it is, whatever its watermark says, and gives it a new one. For a person who
  // knows what was lost.
  bool renew_watermark = false;
};

// How a log was found when it was opened.
struct LogOpening {
  enum class Found : std::uint8_t {
    nothing,            // it was created
    closed,             // as it was closed
    interrupted,        // the process or the machine had stopped; nothing acknowledged is missing
    without_watermark,  // of a release that had none; it has one now
    renewed,            // EventLogOptions::renew_watermark
  };
  Found found = Found::nothing;
  Sequence last_sequence = 0;       // the end of the log
  Sequence watermark_sequence = 0;  // acknowledged events reached at least this far
  bool torn_end = false;            // interrupted: half a group, never acknowledged, was dropped

  // One sentence for a log file.
  [[nodiscard]] std::string describe() const;
};

// Reads events forward. Checks on the way that sequences are dense, that the chain holds and that
// each event matches its checksum. Sees the log as it was when the reader was made. One thread at a
// time.
class LogReader {
 public:
  LogReader(LogReader&&) noexcept;
  LogReader& operator=(LogReader&&) noexcept;
  ~LogReader();

  // The next event; none at the end. Errors: corruption names the sequence, and the reader stays
  // there; unsupported; io_error.
  [[nodiscard]] Result<std::optional<Event>> next();

 private:
  friend class EventLog;
  LogReader(std::unique_ptr<rocksdb::Iterator> frames, Sequence from, Sequence last);

  [[nodiscard]] Result<bool> load_frame();
  [[nodiscard]] Result<void> check_frame(const FrameView& frame) const;

  std::unique_ptr<rocksdb::Iterator> frames_;
  Sequence next_;  // the sequence that next() returns
  Sequence last_;  // of the log when the reader was made
  std::optional<FrameView> frame_;
  std::optional<ChainHash> chain_;  // of the frame before, once one was read
};

class EventLog {
 public:
  // Opens the log in `directory`, creating it if the options say so. What a crash left behind the
  // last acknowledged group, whole or torn, is no error: opening() tells.
  // Errors: in_use; data_missing if it is not there and may not be created; corruption, also when
  // acknowledged events are missing at its end, or the watermark is; unsupported for a log of a
  // newer format; io_error.
  [[nodiscard]] static Result<std::unique_ptr<EventLog>> open(
      const std::filesystem::path& directory, const EventLogOptions& options = {});

  // Opens the log in `directory` as it is now, for reading only, also while another process appends
  // to it. Writes nothing and checks nothing but that it is a log: verify_log() does. The file
  // system is that of the machine. Errors: data_missing; corruption if RocksDB cannot even read it;
  // unsupported; io_error.
  [[nodiscard]] static Result<std::unique_ptr<EventLog>> open_read_only(
      const std::filesystem::path& directory);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  [[nodiscard]] const LogId& id() const { return id_; }

  // How open() found it.
  [[nodiscard]] const LogOpening& opening() const { return opening_; }

  // Why no more appends are taken; none while they are. The same from the first failure on.
  [[nodiscard]] std::optional<Error> failure() const;

  // Of the last event of the log; 0 when it is empty.
  [[nodiscard]] Sequence last_sequence() const { return last_sequence_.load(); }

  // The time of the last event at open, and of the last append since. The earliest time in an empty
  // log. Committer thread only.
  [[nodiscard]] Timestamp last_time() const { return last_time_; }

  // Appends one commit group atomically. The sequences of `events` must go on from last_sequence()
  // without a gap. With Durability::synced the group is on the disk when this returns success.
  // Errors: io_error. After an error every further append fails with unavailable, because nobody
  // knows what reached the disk: open the log again. Committer thread only; not on a log that was
  // opened for reading.
  [[nodiscard]] Result<void> append(std::span<const Event> events, Durability durability);

  // A reader that begins with sequence `from` (1 or more), for a pass over much of the log.
  [[nodiscard]] LogReader read(Sequence from) const;

  // The events with these sequences, in the same order. Costs one point read for each.
  // Errors: corruption if one is absent or damaged; io_error.
  [[nodiscard]] Result<std::vector<Event>> read_each(std::span<const Sequence> sequences) const;

  // The records of the log in order, as they are: for checking them.
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> read_frames() const;

  // Whether the log is not whole without a watermark beside it: only logs of old releases are.
  // Errors: io_error, corruption.
  [[nodiscard]] Result<bool> expects_watermark() const;

  // Makes buffered appends durable and closes the database. Idempotent. Errors: io_error.
  [[nodiscard]] Result<void> close();

 private:
  EventLog() = default;

  // Steps of open(); event_log_opening.cpp.
  [[nodiscard]] Result<void> load_end();
  [[nodiscard]] Result<bool> load_identity();
  [[nodiscard]] Result<void> create_identity();
  [[nodiscard]] Result<void> check_watermark(const std::optional<Watermark>& watermark,
                                             const std::filesystem::path& path);
  [[nodiscard]] Result<void> check_chain(const Watermark& watermark) const;
  [[nodiscard]] Result<void> expect_watermark();
  [[nodiscard]] Result<void> start_watermark(const std::filesystem::path& path,
                                             const EventLogOptions& options);

  [[nodiscard]] Watermark watermark_here() const { return {id_, last_sequence(), chain_, false}; }
  void note_failure(const Error& error);

  std::unique_ptr<rocksdb::DB> database_;
  rocksdb::ColumnFamilyHandle* meta_ = nullptr;    // owned by database_, destroyed in close()
  rocksdb::ColumnFamilyHandle* frames_ = nullptr;  // likewise
  LogId id_;
  LogOpening opening_;
  std::atomic<Sequence> last_sequence_ = 0;
  Timestamp last_time_ = min_timestamp;
  ChainHash chain_ = 0;
  mutable std::mutex failure_mutex_;
  std::optional<Error> failure_;              // guarded by failure_mutex_
  std::atomic<bool> failed_ = false;          // whether there is one
  std::unique_ptr<WatermarkFile> watermark_;  // null when opened for reading
  std::unique_ptr<WatermarkSyncer> syncer_;   // likewise
  EventEncoder encoder_;
  FrameWriter frame_writer_;
};

}  // namespace rounds
