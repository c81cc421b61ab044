// Reads a stretch of the log on a thread of its own, ahead of the thread that folds it, and decodes
// as much of each event as folding needs.
//
// The object belongs to the thread that folds. The log must outlive it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "eventlog/event_codec.hpp"
#include "eventlog/event_log.hpp"

namespace rounds {

// Consecutive events. What is not in the BriefEvent of an event stands in `bytes`.
struct EventBatch {
  struct Entry {
    BriefEvent event;
    std::uint32_t begin = 0;  // in bytes, and how many: 0 for OccurrencesRecorded
    std::uint32_t size = 0;
  };
  std::vector<Entry> entries;
  std::string bytes;

  // The whole event, for decode_event(); empty for OccurrencesRecorded, whose numbers are enough.
  [[nodiscard]] std::string_view bytes_of(const Entry& entry) const {
    return std::string_view(bytes).substr(entry.begin, entry.size);
  }
};

class EventBatches {
 public:
  // Begins to read the events `from` to `through`, which the log has.
  EventBatches(const EventLog& log, Sequence from, Sequence through);

  // Stops reading.
  ~EventBatches();
  EventBatches(const EventBatches&) = delete;
  EventBatches& operator=(const EventBatches&) = delete;

  // The next events, valid until the next call; null behind the last. Errors: corruption names the
  // event; unsupported; io_error.
  [[nodiscard]] Result<const EventBatch*> next();

 private:
  // How far the reader may be ahead: enough to even out what either waits for.
  static constexpr std::size_t batch_count = 4;
  static constexpr std::size_t events_per_batch = 8192;
  // A batch is also full with so many bytes, to bound memory.
  static constexpr std::size_t bytes_per_batch = 4U << 20U;

  using Batches = std::vector<std::unique_ptr<EventBatch>>;

  void run(LogReader reader, Sequence next, Sequence through);
  [[nodiscard]] static Result<void> fill(EventBatch& batch, LogReader& reader, Sequence& next,
                                         Sequence through);

  std::mutex mutex_;
  std::condition_variable changed_;
  Batches free_;                        // guarded by mutex_
  Batches filled_;                      // the oldest first; guarded by mutex_
  std::optional<Error> failure_;        // what stands behind the filled ones; guarded by mutex_
  bool finished_ = false;               // nothing more will be filled; guarded by mutex_
  bool stopping_ = false;               // guarded by mutex_
  std::unique_ptr<EventBatch> in_use_;  // of the caller
  std::thread thread_;                  // last: uses the above
};

}  // namespace rounds
