// The keys of what was recorded of late, in memory and in the log: the newest of them, of a bounded
// time and a bounded number.
//
// A group notes keys as it is planned; they reach the log in the write that makes its events
// durable (eventlog/side_records.hpp), so that nothing is remembered that was not counted, and
// nothing forgotten that was. One thread, the committer.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "core/error.hpp"
#include "core/occurrence_keys.hpp"
#include "core/time.hpp"
#include "eventlog/event_log.hpp"

namespace rounds {

// What may be noted of a key. The numbers are persisted: never change or reuse one.
enum class KeyNote : std::uint8_t {
  seen = 0,           // a batch, a record
  on_span_event = 1,  // a failure: once more on the one
  on_log_record = 2,  // and on the other
};

class RecentKeys {
 public:
  // Keeps keys for `window`, and the newest `most_keys` of them.
  RecentKeys(SideStream stream, std::chrono::microseconds window, std::size_t most_keys)
      : stream_(stream), window_(window), most_keys_(most_keys) {}

  // Reads what the log remembers. Before anything else, once. Returns the number of records that
  // are damaged: their keys are forgotten. Errors: io_error.
  [[nodiscard]] Result<std::uint64_t> load(const EventLog& log);

  // How often each side of a key was noted within the window.
  struct Count {
    std::uint32_t on_span_event = 0;
    std::uint32_t on_log_record = 0;
  };

  // Begins a group that is committed at `time`, which never decreases: forgets what is older than
  // the window.
  void begin_group(Timestamp time);

  // Notes a key in the group and returns its count with that.
  Count note(const RepetitionKey& key, KeyNote note);

  // Whether the key is known; notes nothing.
  [[nodiscard]] bool contains(const RepetitionKey& key) const { return counts_.contains(key); }

  // Whether the group noted or forgot anything.
  [[nodiscard]] bool has_changes() const { return !changes_.empty() || has_forgotten_; }
  // Puts that beside its events.
  void add_to(EventGroup& events);
  // The events of the group are durable: keeps what it noted.
  void commit();
  // They are not: takes it back.
  void roll_back();

  // Of the newest record of the log.
  [[nodiscard]] Timestamp last_time() const { return last_time_; }
  [[nodiscard]] std::size_t size() const { return counts_.size(); }
  // Keys that were forgotten before the end of the window, because there were too many.
  [[nodiscard]] std::uint64_t forgotten_early() const { return forgotten_early_; }

 private:
  struct Change {
    RepetitionKey key;
    KeyNote note = KeyNote::seen;
    bool is_new = false;
  };
  // The keys that are new in one record of the log; they stand in order_.
  struct Slice {
    std::uint64_t record = 0;
    Timestamp time{};
    std::size_t keys = 0;
  };

  static void apply(KeyNote note, Count& count);
  void read_record(std::uint64_t number, std::string_view content);
  [[nodiscard]] std::string encode_changes() const;
  void keep(std::uint64_t record, std::size_t new_keys);
  void forget_oldest_key();

  const SideStream stream_;
  const std::chrono::microseconds window_;
  const std::size_t most_keys_;
  boost::unordered_flat_map<RepetitionKey, Count, std::hash<RepetitionKey>> counts_;
  std::deque<RepetitionKey> order_;  // of counts_, the oldest first; not those of the group
  std::deque<Slice> slices_;         // of order_
  Timestamp last_time_ = min_timestamp;
  Timestamp group_time_ = min_timestamp;
  bool has_forgotten_ = false;  // since the group began
  std::uint64_t next_record_ = 1;
  std::uint64_t first_record_ = 1;  // what the log may still have begins here
  std::uint64_t forgotten_early_ = 0;
  std::vector<Change> changes_;  // of the group, in order
};

}  // namespace rounds
