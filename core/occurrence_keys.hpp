// What tells that an occurrence, or a whole batch of them, was received before.
//
// Ingestion makes the keys (ingest/repetition_keys.hpp); stores remember them for a while
// (StoreOptions::dedup_window) and count each occurrence once. docs/decisions/0018-repetition.md
// says which repetitions there are and why the keys are these. Values: usable from any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace rounds {

// A hash of 128 bits, evenly distributed. All zeros means absent.
struct RepetitionKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  [[nodiscard]] bool is_present() const { return high != 0 || low != 0; }
  friend auto operator<=>(const RepetitionKey&, const RepetitionKey&) = default;
};

// Where an error stood. The numbers are persisted: never change or reuse one.
enum class OccurrenceSource : std::uint8_t { span_event = 0, log_record = 1 };

struct OccurrenceKeys {
  // Equal for the same record received again. Absent: nobody can tell it from another one.
  RepetitionKey delivery;
  // Equal for a failure on a span and on a log record of that span. Absent: it has no span.
  RepetitionKey failure;
  OccurrenceSource source = OccurrenceSource::log_record;

  friend bool operator==(const OccurrenceKeys&, const OccurrenceKeys&) = default;
};

// Of those that were counted before and were not counted again.
struct Repeats {
  std::uint64_t sent_again = 0;       // the same record was received before
  std::uint64_t on_span_and_log = 0;  // the other one of the two had come

  [[nodiscard]] std::uint64_t total() const { return sent_again + on_span_and_log; }
  friend bool operator==(const Repeats&, const Repeats&) = default;
};

// Makes the delivery keys of one batch differ: of equal ones the first stays, the others become its
// second, third and so on. Records of one batch that say the same are as many occurrences, and are
// the same ones when the batch, or a part of it, is sent again.
void number_repeats(std::span<OccurrenceKeys> keys);

}  // namespace rounds

template <>
struct std::hash<rounds::RepetitionKey> {
  [[nodiscard]] std::size_t operator()(const rounds::RepetitionKey& key) const noexcept {
    return static_cast<std::size_t>(key.low);
  }
};
