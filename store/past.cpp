#include "store/past.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include <fmt/format.h>

#include "core/lifecycle.hpp"
#include "core/stats_fold.hpp"
#include "eventlog/event_codec.hpp"
#include "store/signature_snapshots.hpp"

namespace rounds {
namespace {

// Events that stand apart in the log cost reading a block each: worth a second thread from so many
// on.
constexpr std::size_t events_worth_a_thread = 256;

// Places of events that are in memory at once. A thread is started for each time, and on a busy
// machine that takes milliseconds.
constexpr std::size_t max_events_at_once = 16'384;

std::unexpected<Error> not_the_version(const SignatureId& id, Sequence sequence, Version version,
                                       const SignatureId& found) {
  return fail(ErrorCode::corruption,
              fmt::format("the history index of signature {} names event {}, which is version {} "
                          "of signature {}; rebuild it with rounds-replay",
                          id.to_string(), sequence, version, found.to_string()));
}

// What consecutive events do to their signature, whatever it was before: two parts of a history can
// be read at once and folded one after the other. Takes next to no memory, since nearly all events
// only add to numbers.
class HistoryPart {
 public:
  // Reads the events of `id` behind version `after`. Errors: those of read_history().
  Result<void> read(const EventLog& log, const SignatureId& id, Version after,
                    std::span<const Sequence> sequences) {
    Version expected = after;
    return log.visit_each(sequences, [&](std::string_view bytes) -> Result<void> {
      const auto event = decode_brief_event(bytes);
      if (!event) return std::unexpected(event.error());
      if (event->signature_id != id || event->version != ++expected) {
        return not_the_version(id, event->sequence, event->version, event->signature_id);
      }
      return add(*event, bytes);
    });
  }

  // Errors: corruption if the events do not follow `state`.
  Result<void> apply_to(std::optional<Signature>& state) const {
    for (const Change& change : changes_) {
      if (change.run.version != 0) {
        if (!state) {
          return fail(ErrorCode::corruption,
                      fmt::format("event {} does not create its signature, but begins its history",
                                  change.run.last_sequence));
        }
        evolve(*state, change.run);
      }
      if (!change.event) continue;
      auto next = evolve(std::move(state), *change.event);
      if (!next) return std::unexpected(std::move(next.error()));
      state = *std::move(next);
    }
    return {};
  }

 private:
  // A run of occurrences, then an event of another kind; either may be absent.
  struct Change {
    RecordedRun run;
    std::optional<Event> event;
  };

  Result<void> add(const BriefEvent& event, std::string_view bytes) {
    if (changes_.empty() || changes_.back().event) changes_.emplace_back();
    if (event.recorded_count > 0) {
      changes_.back().run.append(recorded_run_of(event));
      return {};
    }
    auto whole = decode_event(bytes);
    if (!whole) return std::unexpected(std::move(whole.error()));
    changes_.back().event = *std::move(whole);
    return {};
  }

  std::vector<Change> changes_;
};

// Folds the events of `id` behind version `after`, that of `state`: on two threads, if they are
// many.
Result<void> fold_history(const EventLog& log, const SignatureId& id, Version after,
                          std::span<const Sequence> sequences, std::optional<Signature>& state) {
  HistoryPart first;
  HistoryPart second;
  const std::size_t half =
      sequences.size() < events_worth_a_thread ? sequences.size() : sequences.size() / 2;
  std::future<Result<void>> reading_second;
  if (half < sequences.size()) {
    reading_second =
        std::async([&] { return second.read(log, id, after + half, sequences.subspan(half)); });
  }
  auto done = first.read(log, id, after, sequences.first(half));
  auto second_done = reading_second.valid() ? reading_second.get() : Result<void>{};
  if (done) done = first.apply_to(state);
  if (done) done = std::move(second_done);
  return done ? second.apply_to(state) : done;
}

}  // namespace

Result<std::vector<Event>> read_history(const EventLog& log, const SignatureId& id, Version after,
                                        std::span<const Sequence> sequences) {
  auto events = log.read_each(sequences);
  if (!events) return events;
  Version expected = after;
  for (const Event& event : *events) {
    if (event.signature_id == id && event.version == ++expected) continue;
    return not_the_version(id, event.sequence, event.version, event.signature_id);
  }
  return events;
}

Result<std::optional<Signature>> signature_as_of(const EventLog& log,
                                                 const LiveProjections& projections,
                                                 const SignatureId& id, Sequence through) {
  std::optional<Signature> state;
  HistoryQuery query;
  query.limit = limits::max_page_size;
  for (bool more = true; more;) {
    Version after = query.after;
    std::vector<Sequence> sequences;
    while (more && sequences.size() < max_events_at_once) {
      const auto page = projections.history(id, query);
      if (!page && page.error().code == ErrorCode::not_found) return std::nullopt;
      if (!page) return std::unexpected(page.error());
      const bool is_long = query.after == 0 && page->next;
      if (is_long) state = find_snapshot(log, id, through);
      if (is_long && state) {
        query.after = after = state->version;
        continue;
      }
      const auto end = std::ranges::upper_bound(page->sequences, through);
      more = end == page->sequences.end() && page->next;
      sequences.insert(sequences.end(), page->sequences.begin(), end);
      query.after = page->next.value_or(0);
    }
    if (auto folded = fold_history(log, id, after, sequences, state); !folded) {
      return std::unexpected(std::move(folded.error()));
    }
  }
  return state;
}

Result<StoreStats> stats_as_of(const EventLog& log, Sequence through, const std::stop_token& stop) {
  StatsFold fold;
  LogReader reader = log.read(1);
  while (fold.stats().sequence < through) {
    if (stop.stop_requested()) return std::unexpected(store_closed());
    const auto event = reader.next();
    if (!event) return std::unexpected(event.error());
    fold.add(**event);
  }
  return fold.stats();
}

}  // namespace rounds
