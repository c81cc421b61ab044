#include "bench/support/producer.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace rounds::bench {
namespace {

std::uint64_t batch_count(const OccurrenceStream& stream) {
  return (stream.size() + occurrences_per_batch - 1) / occurrences_per_batch;
}

RecordOccurrences make_batch(const OccurrenceStream& stream, std::uint64_t batch) {
  RecordOccurrences record;
  const std::uint64_t begin = batch * occurrences_per_batch;
  const std::uint64_t end = std::min(begin + occurrences_per_batch, stream.size());
  record.occurrences.reserve(end - begin);
  for (std::uint64_t i = begin; i < end; ++i) record.occurrences.push_back(stream.occurrence(i));
  return record;
}

}  // namespace

Producer::Producer(SignatureStore& store, const OccurrenceStream& stream, std::uint64_t first,
                   std::uint64_t stride)
    : store_(store), stream_(stream), first_(first), stride_(stride) {
  const std::uint64_t batches = batch_count(stream);
  if (first < batches) latencies_.resize((batches - first + stride - 1) / stride);
}

Result<void> Producer::run() {
  const std::uint64_t batches = batch_count(stream_);
  for (std::uint64_t batch = first_; batch < batches && !has_failed(); batch += stride_) {
    submit(batch);
  }
  for (std::ptrdiff_t i = 0; i < batches_in_flight; ++i) free_slots_.acquire();
  const std::lock_guard lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  return {};
}

void Producer::submit(std::uint64_t batch) {
  RecordOccurrences record = make_batch(stream_, batch);
  Duration& latency = latencies_[(batch - first_) / stride_];
  free_slots_.acquire();
  const auto start = SteadyClock::now();
  store_.submit(std::move(record), [this, &latency, start](Result<Commit> outcome) {
    latency = SteadyClock::now() - start;
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

Result<Latencies> record_all(SignatureStore& store, const OccurrenceStream& stream) {
  constexpr std::uint64_t producers = 2;
  Producer even(store, stream, 0, producers);
  Producer odd(store, stream, 1, producers);
  std::array<Result<void>, producers> outcomes;
  {
    const std::jthread even_thread([&] { outcomes[0] = even.run(); });
    const std::jthread odd_thread([&] { outcomes[1] = odd.run(); });
  }
  for (auto& outcome : outcomes) {
    if (!outcome) return std::unexpected(std::move(outcome.error()));
  }
  Latencies latencies;
  for (const Duration latency : even.latencies()) latencies.add(latency);
  for (const Duration latency : odd.latencies()) latencies.add(latency);
  return latencies;
}

Result<void> fill_store(const std::filesystem::path& directory, const OccurrenceStream& stream,
                        RocksStoreOptions options) {
  auto store = RocksStore::open(directory, std::move(options));
  if (!store) return std::unexpected(std::move(store.error()));
  if (auto recorded = record_all(**store, stream); !recorded) {
    return std::unexpected(std::move(recorded.error()));
  }
  return (*store)->close();
}

}  // namespace rounds::bench
