// The event log: the only truth of a store. Events are appended in groups, each group atomically
// and fsynced, and read forward from any sequence or one by one.
//
// A log is a RocksDB database of its own with the column families `log` (frames,
// eventlog/frame.hpp) and `default` (format version, log id and side records,
// eventlog/side_records.hpp), and a watermark beside it, which
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
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/command.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "core/histogram.hpp"
#include "core/ids.hpp"
#include "core/moment.hpp"
#include "eventlog/database_metrics.hpp"
#include "eventlog/event_codec.hpp"
#include "eventlog/event_group.hpp"
#include "eventlog/frame.hpp"
#include "eventlog/watermark.hpp"
#include "eventlog/watermark_syncer.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class Iterator;
class Statistics;
class WriteBatch;
}  // namespace rocksdb

namespace rounds {

struct OpenedLogDatabase;

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
  // Gets the nanoseconds of each sync of the write-ahead log. Null: they are not measured.
  std::shared_ptr<Histogram> sync_durations;
  // Accepts the log as it is, whatever its watermark says, and gives it a new one. For a person who
  // knows what was lost.
  bool renew_watermark = false;
};

class FrameTables;         // eventlog/frame_tables.hpp
struct OpenedLogDatabase;  // eventlog/log_database.hpp

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

  // Of the events so far, as they are stored.
  [[nodiscard]] std::size_t bytes_read() const { return bytes_read_; }
  // The same for whoever decodes the events himself, with what is cheaper than decode_event(): the
  // bytes, checked against their checksum, valid until the next call. Their sequence is one above
  // that of the event before.
  [[nodiscard]] Result<std::optional<std::string_view>> next_bytes();

 private:
  friend class EventLog;
  LogReader(std::unique_ptr<rocksdb::Iterator> frames, Sequence from, Sequence last);

  [[nodiscard]] Result<bool> load_frame();
  [[nodiscard]] Result<void> check_frame(const FrameView& frame) const;

  std::unique_ptr<rocksdb::Iterator> frames_;
  Sequence next_;  // the sequence that next() returns
  Sequence last_;  // of the log when the reader was made
  std::size_t bytes_read_ = 0;
  std::optional<FrameView> frame_;
  std::size_t offset_ = 0;          // in the payload of the frame, of the event next_
  std::optional<ChainHash> chain_;  // of the frame before, once one was read
};

struct LogRemains;

// Called now and then with the number of events copied so far and in all.
using CopyProgress = std::function<void(std::uint64_t events_done, std::uint64_t events_total)>;

class EventLog {
 public:
  // Opens the log in `directory`, creating it if the options say so. What a crash left behind the
  // last acknowledged group, whole or torn, is no error: opening() tells. A log of an earlier
  // format gets that of this release, for good: earlier releases refuse it from then on.
  // Errors: in_use; data_missing if it is not there and may not be created; corruption, also when
  // acknowledged events are missing at its end, or the watermark is; unsupported for a log of a
  // newer format; io_error.
  [[nodiscard]] static Result<std::unique_ptr<EventLog>> open(
      const std::filesystem::path& directory, const EventLogOptions& options = {});

  // Opens the log in `directory` as it is now, for reading only, also while another process appends
  // to it. Writes nothing and checks nothing but that it is a log: verify_log() does. The file
  // system is that of the machine. Errors: data_missing; corruption if RocksDB cannot even read it;
  // unsupported; unavailable; io_error.
  [[nodiscard]] static Result<std::unique_ptr<EventLog>> open_read_only(
      const std::filesystem::path& directory);

  // The same for a log that nobody writes to and that only `env` knows how to find: a backup. `env`
  // must outlive the log.
  [[nodiscard]] static Result<std::unique_ptr<EventLog>> open_backup(
      const std::filesystem::path& directory, rocksdb::Env& env);

  // Opens what is left of the damaged log in `directory`, for reading only and without writing to
  // it, with gaps where nothing can be read. No other process should be appending to it. If RocksDB
  // does not open it at all, its files are linked and copied to `scratch`, a directory that this
  // creates, and repaired there. Errors: data_missing; unsupported for a log of a newer format;
  // corruption if there is nothing left to open; io_error.
  [[nodiscard]] static Result<LogRemains> open_remains(const std::filesystem::path& directory,
                                                       const std::filesystem::path& scratch);
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

  // An empty group behind the last event. Committer thread only; not on a log that was opened for
  // reading.
  [[nodiscard]] EventGroup begin_group();

  // Appends a group atomically; nothing must have been appended since it was begun. With
  // Durability::synced it is on the disk when this returns success. Errors: io_error. After an
  // error every further append fails with unavailable, because nobody knows what reached the disk:
  // open the log again. Committer thread only.
  [[nodiscard]] Result<void> append(EventGroup group, Durability durability);

  // The same for events at hand, whose sequences go on from last_sequence() without a gap.
  [[nodiscard]] Result<void> append(std::span<const Event> events, Durability durability);

  // A reader that begins with sequence `from` (1 or more), for a pass over much of the log.
  [[nodiscard]] LogReader read(Sequence from) const;

  // The events with these sequences, in the same order. Costs one point read for each frame that
  // they are in; for each event if those of other frames come in between. Errors: corruption if one
  // is absent or damaged; io_error.
  [[nodiscard]] Result<std::vector<Event>> read_each(std::span<const Sequence> sequences) const;

  // Calls `visit` with the bytes of each of them, valid until it returns, for whoever needs less
  // than a whole event. An error of it ends the pass. Costs and errors as read_each().
  using EventVisitor = std::function<Result<void>(std::string_view bytes)>;
  [[nodiscard]] Result<void> visit_each(std::span<const Sequence> sequences,
                                        const EventVisitor& visit) const;

  // The events from `first` on up to `last`, of which there must be at least one: as many as fit
  // into `max_bytes` as they are stored, and the one that no longer fits; none behind one that
  // cannot be read. For one who follows the log in small steps. Errors: those of LogReader::next()
  // for the first event.
  [[nodiscard]] Result<std::vector<Event>> read_batch(Sequence first, Sequence last,
                                                      std::size_t max_bytes) const;

  // Makes buffered appends up to `sequence` durable; costs an fsync if there are any. From any
  // thread, until close(). Errors: io_error, also once an append has failed.
  [[nodiscard]] Result<void> make_durable(Sequence sequence);

  // The place of `moment` among the first `end` events (at most last_sequence()): the last one that
  // is not behind it; 0 if all are. Costs for a time one point read for each bit of `end`. Errors:
  // invalid_argument for a sequence behind `end`; corruption if an event that had to be looked at
  // is damaged; io_error.
  [[nodiscard]] Result<Sequence> sequence_at(const Moment& moment, Sequence end) const;

  // Copies the events 1 to `through` of `source` (at most its last_sequence()) into this log, which
  // must be empty: whole frames as they are, so that both logs have the same chain up to there, and
  // the last one cut behind `through`. Checks the chain and all checksums on the way. Durable once
  // close() has succeeded. Errors: corruption, io_error; the log is of no use after one. Committer
  // thread.
  [[nodiscard]] Result<void> copy_from(const EventLog& source, Sequence through,
                                       const CopyProgress& progress);

  // Whether the log, which was opened for reading, holds what was acknowledged when `watermark` was
  // read from `path`: before the log was opened, since a writer may go on. Errors: corruption says
  // what is lost; io_error.
  [[nodiscard]] Result<void> check_acknowledged(const std::optional<Watermark>& watermark,
                                                const std::filesystem::path& path) const;

  // Calls `found` with the number and the content of each side record of `stream`, in the order of
  // the numbers; passes over damaged ones, and returns how many these are. Errors: corruption if
  // what follows cannot even be found; io_error.
  [[nodiscard]] Result<std::uint64_t> read_side_records(
      SideStream stream,
      const std::function<void(std::uint64_t number, std::string_view content)>& found) const;

  // The last sound record of `owner` in a stream that has owners, up to `number`; none if there is
  // none, or none can be read.
  struct SideRecord {
    std::uint64_t number = 0;
    std::string content;
  };
  [[nodiscard]] std::optional<SideRecord> find_side_record(SideStream stream,
                                                           std::string_view owner,
                                                           std::uint64_t number) const;

  // Whether event `sequence` ends a frame with the chain hash `chain`: then every event up to there
  // is what it was when somebody noted that hash. Costs one point read. False also if that frame
  // cannot be read.
  [[nodiscard]] bool has_chain(Sequence sequence, ChainHash chain) const;

  // The records of the log in order, as they are: for checking them.
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> read_frames() const;

  // The frame that begins with event `first`; none if none does. Costs one point read. Errors:
  // corruption, also if only another part of the log is damaged; io_error.
  [[nodiscard]] Result<std::optional<std::string>> read_frame(Sequence first) const;

  // Reads the frames that are in table files apart from what is damaged elsewhere. Must be gone
  // before the log is closed.
  [[nodiscard]] std::unique_ptr<FrameTables> read_tables() const;

  // Whether the log is not whole without a watermark beside it: only logs of old releases are.
  // Errors: io_error, corruption.
  [[nodiscard]] Result<bool> expects_watermark() const;

  // What a watermark written now says. Committer thread, or a log that was opened for reading.
  [[nodiscard]] Watermark end() const { return {id_, last_sequence(), chain_, false}; }

  // How the database stands. Any thread, until close(); costs what database_metrics() says.
  [[nodiscard]] DatabaseMetrics metrics() const;

  // For eventlog/log_backup.hpp, which has RocksDB copy its files. Until close().
  [[nodiscard]] rocksdb::DB& database() const { return *database_; }

  // Makes buffered appends durable and closes the database. Idempotent. Errors: io_error.
  [[nodiscard]] Result<void> close();

 private:
  EventLog() = default;

  // Steps of opening; event_log_opening.cpp and log_remains.cpp.
  [[nodiscard]] static Result<std::unique_ptr<EventLog>> read_only(
      Result<OpenedLogDatabase> database, const std::filesystem::path& directory);
  void adopt(OpenedLogDatabase&& opened);
  [[nodiscard]] Result<void> load_end();
  // The format version; 0 if there is none. Errors: unsupported for a newer one.
  [[nodiscard]] Result<std::uint64_t> load_format();
  [[nodiscard]] Result<void> raise_format();
  [[nodiscard]] Result<bool> load_identity();
  [[nodiscard]] Result<void> create_identity();
  void note_opening(const std::optional<Watermark>& watermark);
  [[nodiscard]] Result<void> check_chain(const Watermark& watermark) const;
  [[nodiscard]] Result<void> expect_watermark();
  [[nodiscard]] Result<void> start_watermark(const std::filesystem::path& path,
                                             const EventLogOptions& options);

  // The first part of copy_from().
  [[nodiscard]] Result<void> copy_whole_frames(const EventLog& source, Sequence through,
                                               const CopyProgress& progress);

  void note_failure(const Error& error);
  void note_durable(Sequence sequence);

  std::unique_ptr<rocksdb::Env> env_;  // of database_
  std::unique_ptr<rocksdb::DB> database_;
  rocksdb::ColumnFamilyHandle* meta_ = nullptr;    // owned by database_, destroyed in close()
  rocksdb::ColumnFamilyHandle* frames_ = nullptr;  // likewise
  LogId id_;
  LogOpening opening_;
  std::atomic<Sequence> last_sequence_ = 0;
  std::atomic<Sequence> durable_sequence_ = 0;
  Timestamp last_time_ = min_timestamp;
  ChainHash chain_ = 0;
  mutable std::mutex failure_mutex_;
  std::optional<Error> failure_;              // guarded by failure_mutex_
  std::atomic<bool> failed_ = false;          // whether there is one
  std::unique_ptr<WatermarkFile> watermark_;  // null when opened for reading
  std::unique_ptr<WatermarkSyncer> syncer_;   // likewise
  // That of the group before, empty, for its memory; null while it is in use.
  std::unique_ptr<rocksdb::WriteBatch> spare_batch_;
};

// What could still be opened of a damaged log.
struct LogRemains {
  std::unique_ptr<EventLog> log;        // its id is nil if nobody can tell it
  std::optional<Error> copied_because;  // why it is a repaired copy; none: read where it is
};

}  // namespace rounds
