// The event log: the only truth of a store. Events are appended in groups, each group atomically
// and fsynced, and read forward from any sequence or one by one.
//
// A log is a RocksDB database of its own with the column families `log` (frames,
// eventlog/frame.hpp) and `default` (format version and log id). It knows nothing of projections;
// those live in another database (projections/projection_database.hpp), so that they can be
// damaged, deleted and rebuilt without touching the truth, and so that their writes never wait in
// the same queue as an acknowledgement.
//
// Threads: append() belongs to one thread, the committer. Everything else may be called from any
// thread, also while appends run. Readers must be destroyed before the log.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/command.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "core/ids.hpp"
#include "eventlog/event_codec.hpp"
#include "eventlog/frame.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
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
  // Opens the log in `directory`, creating it if the options say so.
  // Errors: in_use; data_missing if it is not there and may not be created; corruption; unsupported
  // for a log of a newer format; io_error.
  [[nodiscard]] static Result<std::unique_ptr<EventLog>> open(
      const std::filesystem::path& directory, const EventLogOptions& options = {});
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  [[nodiscard]] const LogId& id() const { return id_; }

  // Of the last event of the log; 0 when it is empty.
  [[nodiscard]] Sequence last_sequence() const { return last_sequence_.load(); }

  // The time of the last event at open, and of the last append since. The earliest time in an empty
  // log. Committer thread only.
  [[nodiscard]] Timestamp last_time() const { return last_time_; }

  // Appends one commit group atomically. The sequences of `events` must go on from last_sequence()
  // without a gap. With Durability::synced the group is on the disk when this returns success.
  // Errors: io_error. After an error every further append fails with unavailable, because nobody
  // knows what reached the disk: open the log again. Committer thread only.
  [[nodiscard]] Result<void> append(std::span<const Event> events, Durability durability);

  // A reader that begins with sequence `from` (1 or more), for a pass over much of the log.
  [[nodiscard]] LogReader read(Sequence from) const;

  // The events with these sequences, in the same order. Costs one point read for each.
  // Errors: corruption if one is absent or damaged; io_error.
  [[nodiscard]] Result<std::vector<Event>> read_each(std::span<const Sequence> sequences) const;

  // Makes buffered appends durable and closes the database. Idempotent. Errors: io_error.
  [[nodiscard]] Result<void> close();

 private:
  EventLog() = default;
  [[nodiscard]] Result<void> load_or_create_identity();
  [[nodiscard]] Result<void> load_end();

  std::unique_ptr<rocksdb::DB> database_;
  rocksdb::ColumnFamilyHandle* meta_ = nullptr;    // owned by database_, destroyed in close()
  rocksdb::ColumnFamilyHandle* frames_ = nullptr;  // likewise
  LogId id_;
  std::atomic<Sequence> last_sequence_ = 0;
  Timestamp last_time_ = min_timestamp;
  ChainHash chain_ = 0;
  bool failed_ = false;
  EventEncoder encoder_;
  FrameWriter frame_writer_;
};

}  // namespace rounds
