// What a stretch of the log does to each of its signatures, without knowing their states before it.
//
// Folding an event costs a look into one table: nothing is read, and no state is copied. The states
// are put under the deltas afterwards, once for each signature and in the order of their ids, which
// is that of the rows on the disk. One thread; sorted deltas may be read by many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/lifecycle.hpp"
#include "core/signature.hpp"
#include "eventlog/event_codec.hpp"

namespace rounds {

// What happens to a signature: a run of OccurrencesRecorded, then an event of another kind. Either
// may be absent: version 0, and no bytes.
struct SignatureChange {
  RecordedRun run;
  std::string_view event;
};

// All that happens to one signature in a stretch of the log; or a part of it: then the first has
// all changes, and the others only go on with the sequences.
struct SignatureDelta {
  SignatureId id;
  Version before = 0;  // of the state that it goes on from; 0: there is none
  std::span<const SignatureChange> changes;
  // Of the events, in order, each relative to `base`.
  std::span<const std::uint32_t> sequences;
  Sequence base = 0;
};

// The state after `delta`, in place. Errors: corruption if the delta does not follow the state, or
// an event of it cannot be read; unsupported for events of a newer release.
[[nodiscard]] Result<void> evolve(std::optional<Signature>& state, const SignatureDelta& delta);

class SignatureDeltas {
 public:
  // For a stretch that begins with event `first` and has at most `max_events` events, fewer than
  // 2^32.
  SignatureDeltas(Sequence first, std::size_t max_events);

  // Folds in the next event, of which `bytes` are all, unless it holds OccurrencesRecorded. Errors:
  // corruption if it does not follow those of its signature.
  [[nodiscard]] Result<void> fold(const BriefEvent& event, std::string_view bytes);

  // Leaves out the next event.
  void skip() {
    owners_.push_back(none);
    ++event_count_;
  }

  [[nodiscard]] std::size_t size() const { return deltas_.size(); }

  // Those left out as well.
  [[nodiscard]] std::size_t event_count() const { return event_count_; }

  // About what they take in memory, sorted ones as well.
  [[nodiscard]] std::size_t memory_bytes() const;

  // Orders the deltas by the ids of their signatures. Once, after the last event.
  void sort();

  // Delta number `place` in that order; `changes` is memory for it, which must live as long.
  [[nodiscard]] SignatureDelta at(std::size_t place, std::vector<SignatureChange>& changes) const;
  [[nodiscard]] const SignatureId& id_at(std::size_t place) const {
    return deltas_[order_[place]].id;
  }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct Delta {
    SignatureId id;
    RecordedRun run;  // behind the last of the links
    Version before = 0;
    Version version = 0;  // after the last event
    std::uint32_t first_link = none;
    std::uint32_t last_link = none;
  };
  struct Link {
    SignatureChange change;
    std::uint32_t next = none;
  };

  [[nodiscard]] std::string_view keep(std::string_view bytes);

  Sequence first_;
  std::vector<Delta> deltas_;
  boost::unordered_flat_map<SignatureId, std::uint32_t, std::hash<SignatureId>> by_id_;
  std::vector<Link> links_;
  std::vector<std::unique_ptr<char[]>> blocks_;  // the bytes of events
  std::size_t block_bytes_ = 0;                  // of all of them
  std::span<char> free_;                         // of the last one
  std::size_t event_count_ = 0;
  // The places of the events' signatures in deltas_; gone once they are sorted.
  std::vector<std::uint32_t> owners_;
  // Once sorted:
  std::vector<std::uint32_t> order_;  // places in deltas_
  std::vector<std::uint32_t> ends_;   // for each of those, where its sequences end in the next
  std::vector<std::uint32_t> sequences_;
};

}  // namespace rounds
