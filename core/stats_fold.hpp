// What get_stats() answers, folded from events alone: how many signatures there were at any place
// of the log, which no table tells.
//
// Remembers of signatures only those whose status is not NEW: their services come with the events
// that create them, and most never leave NEW. One thread at a time.
#pragma once

#include <unordered_map>

#include "core/event.hpp"
#include "core/signature_store.hpp"

namespace rounds {

class StatsFold {
 public:
  // Takes in the next event. From the first one of the log on, without a gap.
  void add(const Event& event);

  // As of the last event that was added.
  [[nodiscard]] const StoreStats& stats() const { return stats_; }

 private:
  void create(const SignatureIdentity& identity);
  void count(std::uint64_t occurrences, Timestamp first_seen);
  void enter(const SignatureId& id, Status status);

  StoreStats stats_;
  std::unordered_map<SignatureId, Status> not_new_;
};

}  // namespace rounds
