#include "store/past.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/lifecycle.hpp"
#include "core/stats_fold.hpp"

namespace rounds {
namespace {

// Events that stand apart in the log cost reading a block each: worth a second thread from so many
// on.
constexpr std::size_t events_worth_a_thread = 256;

// What of a history is in memory at once: some megabytes. A thread is started for each part, and on
// a busy machine that takes milliseconds.
constexpr std::size_t max_events_at_once = 16'384;

// read_history() on two threads, if it is long enough, without exemplars.
Result<std::vector<Event>> read_long_history(const EventLog& log, const SignatureId& id,
                                             Version after, std::span<const Sequence> sequences) {
  if (sequences.size() < events_worth_a_thread) {
    return read_history(log, id, after, sequences, ReadExemplars::no);
  }
  const std::size_t half = sequences.size() / 2;
  auto reading_rest = std::async([&] {
    return read_history(log, id, after + half, sequences.subspan(half), ReadExemplars::no);
  });
  auto events = read_history(log, id, after, sequences.first(half), ReadExemplars::no);
  auto rest = reading_rest.get();
  if (!events) return events;
  if (!rest) return rest;
  std::ranges::move(*rest, std::back_inserter(*events));
  return events;
}

}  // namespace

Result<std::vector<Event>> read_history(const EventLog& log, const SignatureId& id, Version after,
                                        std::span<const Sequence> sequences,
                                        ReadExemplars exemplars) {
  auto events = log.read_each(sequences, exemplars);
  if (!events) return events;
  Version expected = after;
  for (const Event& event : *events) {
    if (event.signature_id == id && event.version == ++expected) continue;
    return fail(
        ErrorCode::corruption,
        fmt::format("the history index of signature {} names event {}, which is version {} "
                    "of signature {}; rebuild it with rounds-replay",
                    id.to_string(), event.sequence, event.version, event.signature_id.to_string()));
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
    const Version after = query.after;
    std::vector<Sequence> sequences;
    while (more && sequences.size() < max_events_at_once) {
      const auto page = projections.history(id, query);
      if (!page && page.error().code == ErrorCode::not_found) return state;
      if (!page) return std::unexpected(page.error());
      const auto end = std::ranges::upper_bound(page->sequences, through);
      more = end == page->sequences.end() && page->next;
      sequences.insert(sequences.end(), page->sequences.begin(), end);
      query.after = page->next.value_or(0);
    }
    const auto events = read_long_history(log, id, after, sequences);
    if (!events) return std::unexpected(events.error());
    for (const Event& event : *events) {
      auto next = evolve(std::move(state), event);
      if (!next) return std::unexpected(std::move(next.error()));
      state = *std::move(next);
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
