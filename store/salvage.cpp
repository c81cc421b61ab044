#include "store/salvage.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <rocksdb/db.h>

#include "eventlog/event_log.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/rocksdb_status.hpp"
#include "projections/projection_database.hpp"
#include "projections/row_codec.hpp"
#include "store/new_store.hpp"
#include "store/rocks_store.hpp"

namespace rounds {
namespace {

namespace fs = std::filesystem;

// Events appended at once: shares the cost of a write.
constexpr std::size_t events_per_group = 4096;

// What is known of a signature of the damaged store.
struct Trace {
  Version kept = 0;
  Version known = 0;
  std::uint64_t readable = 0;
  bool has_gap = false;  // nothing behind it is kept
};

bool creates(const Event& event) {
  return std::holds_alternative<SignatureDetected>(event.payload) ||
         std::holds_alternative<SignatureImported>(event.payload);
}

// Takes the sound events of the damaged log in order and appends those that can be kept to the new
// one: of each signature the versions from 1 on without a gap, and nothing behind a place where the
// log goes on with another history.
class Sieve {
 public:
  explicit Sieve(EventLog& target) : target_(target) {}

  Result<void> take(Event event, bool history_holds) {
    Trace& trace = traces_[event.signature_id];
    ++trace.readable;
    const bool follows = event.version == trace.kept + 1 && creates(event) == (event.version == 1);
    trace.known = std::max(trace.known, event.version);
    trace.has_gap = trace.has_gap || !history_holds || !follows;
    if (trace.has_gap) return {};
    trace.kept = event.version;
    leave_out_up_to(event.sequence);
    next_ = event.sequence + 1;
    event.sequence = ++kept_;
    group_.push_back(std::move(event));
    return group_.size() < events_per_group ? Result<void>{} : append();
  }

  // Everything from the last kept event to `end`, the last one known of, is left out.
  Result<void> finish(Sequence end) {
    leave_out_up_to(end + 1);
    return append();
  }

  // A row says that a signature had reached `version`.
  void note_row(const SignatureId& id, Version version) {
    Trace& trace = traces_[id];
    trace.known = std::max(trace.known, version);
  }

  void tell(SalvageReport& report) {
    report.kept_event_count = kept_;
    report.left_out = std::move(left_out_);
    std::uint64_t attributed = 0;
    for (const auto& [id, trace] : traces_) {
      const std::uint64_t unreadable = trace.known - std::min(trace.known, trace.readable);
      attributed += unreadable;
      if (trace.kept == trace.known) continue;
      report.incomplete_signatures.push_back({id, trace.kept, trace.known, unreadable});
    }
    std::ranges::sort(report.incomplete_signatures, {}, &IncompleteSignature::id);
    const std::uint64_t lost = report.known_event_count - report.log.event_count;
    report.unattributed_event_count = lost - std::min(lost, attributed);
  }

 private:
  void leave_out_up_to(Sequence end) {
    if (end > next_) left_out_.push_back({next_, end - 1});
  }

  Result<void> append() {
    // Closing the log makes all of them durable.
    auto appended = target_.append(group_, Durability::buffered);
    group_.clear();
    return appended;
  }

  EventLog& target_;
  std::unordered_map<SignatureId, Trace> traces_;
  std::vector<Event> group_;
  std::vector<SequenceRange> left_out_;
  Sequence next_ = 1;  // of the damaged log: neither kept nor left out so far
  Sequence kept_ = 0;
};

// Lets the rows of the damaged store say how far each signature had come.
Result<Sequence> read_rows(const fs::path& data_directory, const LogId& log_id, Sieve& sieve) {
  const auto database = ProjectionDatabase::open_read_only(projections_directory(data_directory));
  if (!database) return std::unexpected(database.error());
  if (log_id != LogId{} && (*database)->log_id() != log_id) {
    return fail(ErrorCode::corruption, "the projections are those of another log");
  }
  const std::unique_ptr<rocksdb::Iterator> rows((*database)->database().NewIterator(
      {}, family_of((*database)->active(), Projection::signatures)));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    SignatureId id;
    const std::string_view key = rows->key().ToStringView();
    if (key.size() != id.bytes.size()) return fail(ErrorCode::corruption, "a row has no valid key");
    std::ranges::copy(key, id.bytes.begin());
    const auto row = decode_signature_row(id, rows->value().ToStringView());
    if (!row) return std::unexpected(row.error());
    sieve.note_row(id, row->version);
  }
  if (auto read = check_status(rows->status(), "reading the rows"); !read) {
    return std::unexpected(read.error());
  }
  return (*database)->checkpoint();
}

Result<SalvageReport> fill(const fs::path& data_directory, const NewStore& store,
                           const VerifyProgress& progress) {
  SalvageReport report;
  const fs::path damaged = log_directory(data_directory);
  const auto watermark = read_watermark(file_system_of(nullptr), watermark_path(damaged));
  const auto remains = EventLog::open_remains(damaged, store.scratch());
  if (!remains) return std::unexpected(remains.error());
  report.copied_because = remains->copied_because;
  const auto target = EventLog::open(log_directory(store.directory()));
  if (!target) return std::unexpected(target.error());
  Sieve sieve(**target);
  auto verified =
      verify_log(*remains->log, watermark, progress, [&sieve](Event event, bool history_holds) {
        return sieve.take(std::move(event), history_holds);
      });
  if (!verified) return std::unexpected(std::move(verified.error()));
  report.log = *std::move(verified);
  const auto rows = read_rows(data_directory, remains->log->id(), sieve);
  if (rows) {
    report.projections_sequence = *rows;
  } else {
    report.projections_unread = rows.error();
  }
  const Sequence acknowledged = report.log.watermark ? report.log.watermark->sequence : 0;
  report.known_event_count =
      std::max({report.log.last_sequence, acknowledged, report.projections_sequence});
  if (auto finished = sieve.finish(report.known_event_count); !finished) {
    return std::unexpected(std::move(finished.error()));
  }
  sieve.tell(report);
  if (auto closed = (*target)->close(); !closed) return std::unexpected(std::move(closed.error()));
  return report;
}

}  // namespace

Result<SalvageReport> salvage_store(const fs::path& data_directory, const fs::path& target,
                                    const VerifyProgress& progress) {
  const auto store = NewStore::begin(target, data_directory);
  if (!store) return std::unexpected(store.error());
  auto report = fill(data_directory, **store, progress);
  if (!report) return report;
  if (auto finished = (*store)->finish(); !finished) {
    return std::unexpected(std::move(finished.error()));
  }
  return report;
}

}  // namespace rounds
