// Records occurrences in a store the way ingestion does: batches through submit(), a bounded number
// of them in flight, each acknowledged durably.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <semaphore>
#include <vector>

#include "bench/support/occurrence_stream.hpp"
#include "bench/support/timing.hpp"
#include "core/signature_store.hpp"
#include "store/rocks_store.hpp"

namespace rounds::bench {

// A large OTLP request.
inline constexpr std::uint64_t occurrences_per_batch = 1000;

// Batches of one producer that wait for their acknowledgement: two producers fill the largest
// commit group (64 Ki occurrences).
inline constexpr std::ptrdiff_t batches_in_flight = 32;

// Submits every `stride`-th batch of a stream, beginning with batch `first`. Not copyable, since
// completions refer to it.
class Producer {
 public:
  // `store` and `stream` must outlive run().
  Producer(SignatureStore& store, const OccurrenceStream& stream, std::uint64_t first,
           std::uint64_t stride);
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // Returns when all batches have been acknowledged or one has failed: its error.
  [[nodiscard]] Result<void> run();

  // From submit() to completion, of each batch. After run().
  [[nodiscard]] const std::vector<Duration>& latencies() const { return latencies_; }

 private:
  void submit(std::uint64_t batch);
  [[nodiscard]] bool has_failed();
  void fail_with(Error error);

  SignatureStore& store_;
  const OccurrenceStream& stream_;
  const std::uint64_t first_;
  const std::uint64_t stride_;
  std::counting_semaphore<batches_in_flight> free_slots_{batches_in_flight};
  std::vector<Duration> latencies_;  // one each batch, written by its completion
  std::mutex mutex_;
  std::optional<Error> failure_;  // the first one; guarded by mutex_
};

// Records the whole stream with two producers, each on a thread of its own. Returns the latencies
// of all batches.
[[nodiscard]] Result<Latencies> record_all(SignatureStore& store, const OccurrenceStream& stream);

// Makes a store in `directory`, records the stream in it and closes it.
[[nodiscard]] Result<void> fill_store(const std::filesystem::path& directory,
                                      const OccurrenceStream& stream, RocksStoreOptions options);

}  // namespace rounds::bench
