// Which signatures had an exemplar of late (core/exemplar_sampling.hpp), in memory and beside the
// events in the log, so that opening a store again makes no room for more.
//
// Belongs to the committer. One thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"
#include "eventlog/event_log.hpp"
#include "store/recent_keys.hpp"

namespace rounds {

// Signatures with more than their first occurrences that may have an exemplar in one interval (a
// quarter of an hour, by default). Further ones leave none until then. Up to some 20 MiB.
inline constexpr std::size_t most_sampled_signatures = 256U * 1024;

class ExemplarSampler {
 public:
  // `per_hour` of each signature, 1 to most_exemplars_per_hour.
  explicit ExemplarSampler(std::uint32_t per_hour,
                           std::size_t most_signatures = most_sampled_signatures);

  // Reads what the log remembers. Before anything else, once. Returns the number of records that
  // are damaged, which are forgotten. Errors: io_error.
  [[nodiscard]] Result<std::uint64_t> load(const EventLog& log);

  // Begins a group that is committed at `now`.
  void begin_group(Timestamp now);

  // Whether this signature may keep an exemplar in the group; notes that it does.
  [[nodiscard]] bool take(const SignatureId& id);

  // Puts what the group noted beside its events; then, once they are durable, keeps it, or takes it
  // back if they are not.
  void add_to(EventGroup& events);
  void commit();
  void roll_back();

 private:
  const std::size_t most_signatures_;
  RecentKeys kept_;
  Timestamp group_time_ = min_timestamp;
  bool is_begun_ = false;  // the group, which most need not
};

}  // namespace rounds
