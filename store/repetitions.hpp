// Which occurrences were counted before: the memory that makes counts exact when senders repeat
// themselves. docs/decisions/0018-repetition.md has the reasons.
//
// Belongs to the committer: it judges each occurrence of a group in order, so that two connections
// that send the same batch at once are told apart like any other two. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.hpp"
#include "core/occurrence_keys.hpp"
#include "core/signature_store.hpp"
#include "core/time.hpp"
#include "eventlog/event_log.hpp"
#include "store/recent_keys.hpp"

namespace rounds {

// Keys of batches: a thousand a second for ten minutes, which with 100 records each is the rate
// that the daemon is built for. Up to some 50 MiB.
inline constexpr std::size_t most_batch_keys = 640U * 1024;

// Keys of occurrences, one for each or two where there is a span. Up to some 80 MiB.
inline constexpr std::size_t most_occurrence_keys = 1024U * 1024;

class Repetitions {
 public:
  // Remembers for `window`, which is more than 0.
  explicit Repetitions(std::chrono::microseconds window)
      : batches_(SideStream::batches, window, most_batch_keys),
        occurrences_(SideStream::occurrences, window, most_occurrence_keys) {}

  // Reads what the log remembers. Before anything else, once. Returns the number of records that
  // are damaged: their keys are forgotten. Errors: io_error.
  [[nodiscard]] Result<std::uint64_t> load(const EventLog& log);

  // Begins a group that is committed at `now`. A clock that jumps back makes nothing younger.
  void begin_group(Timestamp now);

  // What counts of a submission that has keys, and notes it in the group. Of one failure there are
  // as many occurrences as span events or log records tell of it, whichever are more; they may come
  // in any order.
  struct Judgement {
    Repeats repeats;
    std::vector<bool> counts;  // for each occurrence; empty if none counts
  };
  [[nodiscard]] Judgement judge(const RecordOccurrences& record);

  // Puts what the group noted beside its events; then, once they are durable, keeps it, or takes it
  // back if they are not. commit() returns how many keys it forgot within their window, because
  // there are too many.
  void add_to(EventGroup& events);
  [[nodiscard]] std::uint64_t commit();
  void roll_back();

 private:
  enum class Verdict : std::uint8_t { counts, sent_again, on_span_and_log };
  [[nodiscard]] Verdict judge(const OccurrenceKeys& keys);
  [[nodiscard]] std::uint64_t forgotten_early() const {
    return batches_.forgotten_early() + occurrences_.forgotten_early();
  }

  RecentKeys batches_;
  RecentKeys occurrences_;
  Timestamp last_time_ = min_timestamp;  // when anything was noted or forgotten
  Timestamp group_time_ = min_timestamp;
  bool is_begun_ = false;  // the group, which most need not
};

}  // namespace rounds
