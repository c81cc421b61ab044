#include "bench/support/producer.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace rounds::bench {
namespace {

RecordOccurrences make_batch(const OccurrenceSource& source, std::uint64_t begin,
                             std::uint64_t end) {
  RecordOccurrences record;
  record.occurrences.reserve(end - begin);
  for (std::uint64_t i = begin; i < end; ++i) record.occurrences.push_back(source.occurrence(i));
  return record;
}

// Runs two producers that share the batches before the position `end` and returns what both have
// recorded.
Result<std::uint64_t> record(const std::stop_token& stop, SignatureStore& store,
                             const OccurrenceSource& source, Acknowledgements& acknowledgements,
                             std::uint64_t end, std::ptrdiff_t in_flight) {
  Producer even(store, source, acknowledgements, {.first = 0, .stride = 2, .end = end}, in_flight);
  Producer odd(store, source, acknowledgements, {.first = 1, .stride = 2, .end = end}, in_flight);
  std::array<Result<std::uint64_t>, 2> outcomes;
  {
    const std::jthread even_thread([&] { outcomes[0] = even.run(stop); });
    const std::jthread odd_thread([&] { outcomes[1] = odd.run(stop); });
  }
  for (auto& outcome : outcomes) {
    if (!outcome) return std::unexpected(std::move(outcome.error()));
  }
  return *outcomes[0] + *outcomes[1];
}

}  // namespace

Producer::Producer(SignatureStore& store, const OccurrenceSource& source,
                   Acknowledgements& acknowledgements, const BatchRange& batches,
                   std::ptrdiff_t batches_in_flight)
    : store_(store),
      source_(source),
      acknowledgements_(acknowledgements),
      batches_(batches),
      batches_in_flight_(batches_in_flight) {}

Result<std::uint64_t> Producer::run(const std::stop_token& stop) {
  std::uint64_t occurrences = 0;
  const std::uint64_t step = batches_.stride * occurrences_per_batch;
  for (std::uint64_t begin = batches_.first * occurrences_per_batch; begin < batches_.end;
       begin += step) {
    if (stop.stop_requested() || has_failed()) break;
    const std::uint64_t end = std::min(begin + occurrences_per_batch, batches_.end);
    submit(make_batch(source_, begin, end));
    occurrences += end - begin;
  }
  for (std::ptrdiff_t i = 0; i < batches_in_flight_; ++i) free_slots_.acquire();
  const std::lock_guard lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  return occurrences;
}

void Producer::submit(RecordOccurrences batch) {
  free_slots_.acquire();
  const auto since = acknowledgements_.submitted();
  store_.submit(std::move(batch), [this, since](Result<Commit> outcome) {
    acknowledgements_.acknowledged(since);
    if (!outcome) fail_with(std::move(outcome.error()));
    free_slots_.release();
  });
}

bool Producer::has_failed() {
  const std::lock_guard lock(mutex_);
  return failure_.has_value();
}

void Producer::fail_with(Error error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(error);
}

Result<void> record_all(SignatureStore& store, const OccurrenceSource& source,
                        Acknowledgements& acknowledgements, std::ptrdiff_t batches_in_flight) {
  auto recorded = record({}, store, source, acknowledgements, source.size(), batches_in_flight);
  if (!recorded) return std::unexpected(std::move(recorded.error()));
  return {};
}

Result<std::uint64_t> record_until(const std::stop_token& stop, SignatureStore& store,
                                   const OccurrenceSource& source,
                                   Acknowledgements& acknowledgements) {
  return record(stop, store, source, acknowledgements, endless, most_batches_in_flight);
}

RocksStoreOptions whole_events() {
  RocksStoreOptions options;
  options.coalesce_occurrences = false;
  options.exemplars_per_hour = 0;
  return options;
}

Result<void> fill_store(const std::filesystem::path& directory, const OccurrenceSource& source,
                        RocksStoreOptions options) {
  auto store = RocksStore::open(directory, std::move(options));
  if (!store) return std::unexpected(std::move(store.error()));
  Acknowledgements acknowledgements;
  if (auto recorded = record_all(**store, source, acknowledgements); !recorded) {
    return std::unexpected(std::move(recorded.error()));
  }
  return (*store)->close();
}

}  // namespace rounds::bench
