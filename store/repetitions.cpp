#include "store/repetitions.hpp"

#include <algorithm>

namespace rounds {

Result<std::uint64_t> Repetitions::load(const EventLog& log) {
  const auto batches = batches_.load(log);
  if (!batches) return batches;
  const auto occurrences = occurrences_.load(log);
  if (!occurrences) return occurrences;
  last_time_ = std::max(batches_.last_time(), occurrences_.last_time());
  return *batches + *occurrences;
}

void Repetitions::begin_group(Timestamp now) {
  group_time_ = std::max(last_time_, now);
  is_begun_ = false;
}

Repetitions::Judgement Repetitions::judge(const RecordOccurrences& record) {
  if (!is_begun_) {
    batches_.begin_group(group_time_);
    occurrences_.begin_group(group_time_);
    is_begun_ = true;
  }
  Judgement judgement;
  if (record.batch_key.is_present()) {
    if (batches_.contains(record.batch_key)) {
      judgement.repeats.sent_again = record.keys.size();
      return judgement;
    }
    batches_.note(record.batch_key, KeyNote::seen);
  }
  judgement.counts.reserve(record.keys.size());
  for (const OccurrenceKeys& keys : record.keys) {
    const Verdict verdict = judge(keys);
    judgement.counts.push_back(verdict == Verdict::counts);
    if (verdict == Verdict::sent_again) ++judgement.repeats.sent_again;
    if (verdict == Verdict::on_span_and_log) ++judgement.repeats.on_span_and_log;
  }
  return judgement;
}

Repetitions::Verdict Repetitions::judge(const OccurrenceKeys& keys) {
  if (keys.delivery.is_present()) {
    if (occurrences_.contains(keys.delivery)) return Verdict::sent_again;
    occurrences_.note(keys.delivery, KeyNote::seen);
  }
  if (!keys.failure.is_present()) return Verdict::counts;
  const bool on_span = keys.source == OccurrenceSource::span_event;
  const RecentKeys::Count count =
      occurrences_.note(keys.failure, on_span ? KeyNote::on_span_event : KeyNote::on_log_record);
  const auto here = on_span ? count.on_span_event : count.on_log_record;
  const auto there = on_span ? count.on_log_record : count.on_span_event;
  return here <= there ? Verdict::on_span_and_log : Verdict::counts;
}

void Repetitions::add_to(EventGroup& events) {
  if (!is_begun_) return;
  batches_.add_to(events);
  occurrences_.add_to(events);
}

std::uint64_t Repetitions::commit() {
  if (!is_begun_) return 0;
  const std::uint64_t before = forgotten_early();
  if (batches_.has_changes() || occurrences_.has_changes()) last_time_ = group_time_;
  batches_.commit();
  occurrences_.commit();
  return forgotten_early() - before;
}

void Repetitions::roll_back() {
  if (!is_begun_) return;
  batches_.roll_back();
  occurrences_.roll_back();
}

}  // namespace rounds
