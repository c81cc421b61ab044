// The port: what every store of signatures offers. RocksStore (store/rocks_store.hpp) keeps it on
// disk, MemoryStore (store/memory_store.hpp) in memory for tests; one contract suite runs on both.
//
// All functions are safe to call from any thread, concurrently. Reads and the blocking writes may
// wait for the disk: never call them on an io_context thread (store/async_store.hpp is for that).
// submit() never blocks. An acknowledged write is durable and seen by every read that starts
// afterwards; each answer is consistent as of one sequence, which it reports (in a signature: its
// last_sequence). Answers stand at the ends of commits: nobody sees half of a submission.
//
// Errors that every function can return: unavailable once the store is closed; io_error or
// corruption when the disk fails or lies. Further ones stand with the functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/command.hpp"
#include "core/cursor.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/moment.hpp"
#include "core/occurrence.hpp"
#include "core/occurrence_keys.hpp"
#include "core/signature.hpp"
#include "core/subscription.hpp"

namespace rounds {

// Which signatures a listing shows: those that match every filter that is set.
struct SignatureQuery {
  std::optional<Status> status;
  std::optional<std::string> service;
  std::optional<std::string> error_type;
  std::optional<std::string> tag;                 // those that have it
  std::optional<SignatureId> except;              // all but this one
  std::size_t limit = limits::default_page_size;  // 1 to limits::max_page_size
  std::optional<PageCursor> after;                // begin behind this position
};

struct SignaturePage {
  std::vector<Signature>
      signatures;  // last_seen descending, occurrence_count descending, id ascending
  // Where to go on; none at the end. A page may be short, even empty, and still have one: a filter
  // on error_type alone, or on service or error_type beside a tag, looks at a bounded number of
  // signatures per call.
  std::optional<PageCursor> next;
  Sequence sequence = 0;
};

struct HistoryQuery {
  Version after = 0;                              // begin behind this version
  std::size_t limit = limits::default_page_size;  // 1 to limits::max_page_size
};

struct HistoryPage {
  std::vector<Event> events;    // by version, ascending, without gaps
  std::optional<Version> next;  // where to go on (HistoryQuery::after); none at the end
  Sequence sequence = 0;
};

struct StoreStats {
  std::uint64_t signature_count = 0;
  std::uint64_t occurrence_count = 0;
  std::map<Status, std::uint64_t> by_status;        // signatures; only statuses that occur
  std::map<std::string, std::uint64_t> by_service;  // signatures
  std::optional<Timestamp> oldest_first_seen;       // of all signatures; none in an empty store
  Sequence sequence = 0;

  // occurrence_count / signature_count; 0 in an empty store.
  [[nodiscard]] double mean_occurrence_count() const;

  friend bool operator==(const StoreStats&, const StoreStats&) = default;
};

// Count these occurrences, each once: those whose keys tell that they were counted within the
// store's dedup_window are left out. All of them become durable in one atomic commit, or none.
// Signatures are told apart by fingerprint alone, and new ones are created in the order in which
// they first appear. An occurrence is of the signature that answers to the fingerprint of its
// identity; if there is none, of the one that was made with one of its aliases, the first that
// leads somewhere: that one learns the new fingerprint and the other aliases. If there is none
// either, it creates a signature that answers to all of them. A fingerprint that leads to a
// signature never leads to another one: an alias that another signature has is passed over, and
// what a signature has no room for (limits::max_aliases) it does not learn. Of several occurrences
// with one fingerprint the aliases of the first one count.
struct RecordOccurrences {
  std::vector<IdentifiedOccurrence> occurrences;  // at most limits::max_occurrences_per_submission
  CommandContext context;                         // expected_version does not apply and is ignored
  // What tells those that were counted before, one for each occurrence. Empty: each counts.
  std::vector<OccurrenceKeys> keys{};
  // The same for the submission as a whole: equal for one that is sent again as it was. Only beside
  // `keys`.
  RepetitionKey batch_key{};
};

// Run `command` on the signature `id`.
struct ExecuteCommand {
  SignatureId id;
  Command command;
  CommandContext context;
};

enum class SaveMode : std::uint8_t {
  create_or_update,  // save
  update_only,       // update: an absent id is not_found
  create_only,       // import: a present id is a conflict
};

// Bring the store to hold `signature`; the events are derived from the difference.
struct SaveSignature {
  Signature signature;
  SaveMode mode = SaveMode::create_or_update;
  CommandContext context;
};

using Submission = std::variant<RecordOccurrences, ExecuteCommand, SaveSignature>;

struct Commit {
  Sequence sequence = 0;               // of the store when the submission was committed
  std::optional<Signature> signature;  // after the command or save; none for RecordOccurrences
  Repeats repeats{};                   // of RecordOccurrences: those that were left out
};

// Called exactly once, on a thread of the store: it must not block and must not throw.
using Completion = std::move_only_function<void(Result<Commit>)>;

class SignatureStore {
 public:
  SignatureStore() = default;
  SignatureStore(const SignatureStore&) = delete;
  SignatureStore& operator=(const SignatureStore&) = delete;
  virtual ~SignatureStore() = default;

  [[nodiscard]] virtual Result<std::optional<Signature>> get_by_id(const SignatureId& id) = 0;

  // The one that answers to `fingerprint`, be it that of its identity or an alias.
  [[nodiscard]] virtual Result<std::optional<Signature>> get_by_fingerprint(
      std::string_view fingerprint) = 0;

  // For each of `fingerprints`, whether a signature is known to answer to it. Yes is true for ever;
  // no only means that it is not known at once: never reads the disk and never waits. Whoever makes
  // occurrences can then save the work for their aliases. All no once the store is closed.
  [[nodiscard]] virtual std::vector<bool> recall(
      std::span<const std::string_view> fingerprints) = 0;

  // Costs O(limit), whatever the number of signatures. Errors: invalid_argument for a limit out of
  // range.
  [[nodiscard]] virtual Result<SignaturePage> list(const SignatureQuery& query) = 0;

  // The events of one signature. Reads exactly the events it returns. Errors: not_found;
  // invalid_argument for a limit out of range.
  [[nodiscard]] virtual Result<HistoryPage> history(const SignatureId& id,
                                                    const HistoryQuery& query) = 0;

  // Kept up to date by every write: never counted by a scan.
  [[nodiscard]] virtual Result<StoreStats> get_stats() = 0;

  // The events of the whole log from sequence `from` on, and then each one as it is committed. The
  // end of the log plus one asks for new ones alone. Costs no disk. Errors: invalid_argument if
  // `from` is 0 or lies behind that; overloaded if there are limits::max_subscriptions already.
  [[nodiscard]] virtual Result<std::unique_ptr<Subscription>> subscribe(Sequence from) = 0;

  // The signature as it was at `moment`: what its events up to there fold into. None if it did not
  // exist then, or never did. Costs reading those events, and for a time also a point read of the
  // log for each bit of its length; never the log. Errors: invalid_argument for a sequence behind
  // the end of the log.
  [[nodiscard]] virtual Result<std::optional<Signature>> as_of(const SignatureId& id,
                                                               const Moment& moment) = 0;

  // What get_stats() would have answered at `moment`. No table tells: this is the one query that
  // reads the log, all of it up to there. Its memory grows with the number of services, and of
  // signatures that were not NEW then. Errors: invalid_argument for a sequence behind the end of
  // the log; overloaded while another one is being answered: one at a time.
  [[nodiscard]] virtual Result<StoreStats> get_stats_as_of(const Moment& moment) = 0;

  // Queues a write and returns at once. `completion` receives the outcome:
  // - invalid_argument: malformed or over a limit; nothing was written.
  // - not_found: a command or update names an absent signature.
  // - refused: the lifecycle does not allow the command.
  // - conflict: expected_version differs, or a fingerprint belongs to another id.
  // - overloaded: the queue is full; retry later.
  virtual void submit(Submission submission, Completion completion) = 0;

  // Finishes what was submitted and releases everything. Later calls answer unavailable.
  // Idempotent; the destructors of stores do the same, but cannot report errors.
  [[nodiscard]] virtual Result<void> close() = 0;

  // submit() and wait for its outcome. Blocks on the disk; a store may do the write on this thread.
  [[nodiscard]] virtual Result<Commit> submit_and_wait(Submission submission);

  // The first `limit` signatures with status NEW.
  [[nodiscard]] Result<std::vector<Signature>> get_pending_investigation(std::size_t limit);

  // Signatures of the same service and error type, without `id` itself. Errors: not_found.
  [[nodiscard]] Result<std::vector<Signature>> get_similar(const SignatureId& id,
                                                           std::size_t limit = 5);

  // as_of() for the signature that answers to `fingerprint` now: which one that is never changes,
  // even if it learned the fingerprint only later. None for one that is not known.
  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint_as_of(
      std::string_view fingerprint, const Moment& moment);

  // Blocking shorthands for submit(). Errors are those of submit().
  [[nodiscard]] Result<Commit> record(std::vector<IdentifiedOccurrence> occurrences,
                                      CommandContext context = {});
  [[nodiscard]] Result<Signature> execute(const SignatureId& id, Command command,
                                          CommandContext context = {});
  [[nodiscard]] Result<Signature> save(Signature signature, CommandContext context = {});
  [[nodiscard]] Result<Signature> update(Signature signature, CommandContext context = {});
  [[nodiscard]] Result<Signature> import(Signature signature, CommandContext context = {});
};

// Checks what a store checks before it queues a submission. Errors: invalid_argument names the
// field (and for occurrences its position).
[[nodiscard]] Result<void> validate(const Submission& submission);

// Checks limits of queries. Errors: invalid_argument names the value and the range.
[[nodiscard]] Result<void> validate_limit(std::size_t limit);

// The errors of a closed store, of a signature that is absent now or was at a moment, of an import
// of a present one, and of a mismatching version or fingerprint, alike in all stores.
[[nodiscard]] Error store_closed();
[[nodiscard]] Error signature_not_found(const SignatureId& id);
[[nodiscard]] Error signature_not_found(const SignatureId& id, const Moment& moment);
[[nodiscard]] Error signature_exists(const SignatureId& id);
[[nodiscard]] Error version_conflict(const Signature& present, Version expected);
[[nodiscard]] Error fingerprint_conflict(std::string_view fingerprint, const SignatureId& owner);

}  // namespace rounds
