// One listing of a layer: its signatures, so ordered that the ones seen last are found fast.
//
// Moving a signature to its new place on every change, as an ordered set would, was a quarter of
// the cost of recording. Instead each change appends a touch, and touches come nearly in the order
// of last_seen, because time goes on: runs of touches know the newest and the oldest time in them,
// and first() looks only at the runs that can hold what it is asked for. A touch that a newer one
// of its signature made stale is skipped, and dropped when they become too many.
//
// The more the times of occurrences go back and forth, the more runs overlap: first() then looks at
// all touches in the worst case. Threads: those of the layer that owns it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/cursor.hpp"
#include "core/signature.hpp"
#include "core/time.hpp"

namespace rounds {

class RecencyList {
 public:
  explicit RecencyList(Status status) : status_(status) {}

  // Takes in that `signature`, which now has the status of the list, became part of it or was seen
  // anew. The reference must stay valid and show the newest state.
  void touch(const Signature& signature);

  // The first `count` signatures behind `after`, in the order of listings; fewer if there are no
  // more.
  [[nodiscard]] std::vector<const Signature*> first(const std::optional<PageCursor>& after,
                                                    std::size_t count) const;

 private:
  struct Touch {
    Timestamp last_seen{};  // of the signature, then
    const Signature* signature = nullptr;
  };
  struct Run {
    Timestamp newest;
    Timestamp oldest;
  };

  [[nodiscard]] bool is_stale(const Touch& touch) const;
  void append(const Touch& touch);
  void compact();

  Status status_;
  std::vector<Touch> touches_;
  std::vector<Run> runs_;  // run i is of the touches from i * touches_per_run on
  std::size_t compact_at_ = 0;
};

}  // namespace rounds
