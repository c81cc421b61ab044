// One listing of a layer: its signatures, so ordered that the ones seen last are found fast.
//
// Moving a signature to its new place on every change, as an ordered set would, was a quarter of
// the cost of recording. Instead each change appends a touch, and touches come nearly in the order
// of last_seen, because time goes on: runs of touches know the newest and the oldest time in them,
// and first() looks only at the runs that can hold what it is asked for. A touch that a newer one
// of its signature made stale is skipped. With each new run the two oldest ones are cleaned: their
// stale touches are dropped, the others move to the end. So there are at most about as many stale
// ones as others, and no call ever cleans everything at once, which listings would have to wait
// for.
//
// The more the times of occurrences go back and forth, the more runs overlap: first() then looks at
// all touches in the worst case. Threads: those of the layer that owns it.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/cursor.hpp"
#include "core/signature.hpp"
#include "core/time.hpp"

namespace rounds {

class RecencyList {
 public:
  // The list of a tag leaves out signatures that have lost it; an empty one is of no tag.
  explicit RecencyList(Status status, std::string tag = {})
      : status_(status), tag_(std::move(tag)) {}

  // Takes in that `signature`, which has the status of the list, was seen anew, or came into the
  // layer. The reference must stay valid and show the newest state.
  void touch(const Signature& signature);

  // Takes in that it became part of the list though it was not seen anew: it may have been there
  // before, and then two of its touches are alike.
  void touch_again(const Signature& signature);

  // The first `count` signatures behind `after`, in the order of listings; fewer if there are no
  // more.
  [[nodiscard]] std::vector<const Signature*> first(const std::optional<PageCursor>& after,
                                                    std::size_t count) const;

  // Touches that it holds, stale ones among them: its memory goes with them. Where more than a
  // hundred signatures leave and come back in turn without being seen anew, it may be all of them.
  [[nodiscard]] std::size_t touch_count() const;

 private:
  struct Touch {
    Timestamp last_seen{};  // of the signature, then
    const Signature* signature = nullptr;
  };
  struct Run {
    std::vector<Touch> touches;  // never empty, but in the two that are being filled
    Timestamp newest{};
    Timestamp oldest{};
  };

  static void append(Run& run, const Touch& touch);
  // Leaves an empty one, with room.
  [[nodiscard]] static Run take_full(Run& run);
  [[nodiscard]] bool is_stale(const Touch& touch) const;
  void clean();
  void close_survivors();

  Status status_;
  std::string tag_;
  std::deque<Run> runs_;     // full ones; cleaned at the front
  Run filling_;              // takes new touches
  Run survivors_;            // takes touches of cleaned runs
  bool may_repeat_ = false;  // a signature may have more than one touch that is not stale
};

}  // namespace rounds
