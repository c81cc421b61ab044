// Records occurrences in a store the way ingestion does: batches through submit(), a bounded number
// of them in flight, each acknowledged durably.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <mutex>
#include <optional>
#include <semaphore>
#include <stop_token>

#include "bench/support/acknowledgements.hpp"
#include "bench/support/occurrence_stream.hpp"
#include "core/signature_store.hpp"
#include "store/rocks_store.hpp"

namespace rounds::bench {

// As many as the other systems get in a transaction.
inline constexpr std::uint64_t occurrences_per_batch = 4096;

// Batches of one producer that wait for their acknowledgement, at most: enough that two producers
// fill the next commit group while one is being committed, also when most occurrences are folded.
inline constexpr std::ptrdiff_t most_batches_in_flight = 64;

// Positions without end: a source goes on with its first signatures.
inline constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();

// Which batches of a source a producer submits: every `stride`-th, beginning with `first`, as far
// as they lie before the position `end`.
struct BatchRange {
  std::uint64_t first = 0;
  std::uint64_t stride = 1;
  std::uint64_t end = endless;
};

// Not copyable, since completions refer to it.
class Producer {
 public:
  // All of them must outlive run().
  Producer(SignatureStore& store, const OccurrenceSource& source,
           Acknowledgements& acknowledgements, const BatchRange& batches,
           std::ptrdiff_t batches_in_flight = most_batches_in_flight);
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // Submits batches until there are no more or `stop` is requested. Returns how many occurrences
  // that were, when all of them have been acknowledged. Errors: that of the first batch that fails.
  [[nodiscard]] Result<std::uint64_t> run(const std::stop_token& stop = {});

 private:
  void submit(RecordOccurrences batch);
  [[nodiscard]] bool has_failed();
  void fail_with(Error error);

  SignatureStore& store_;
  const OccurrenceSource& source_;
  Acknowledgements& acknowledgements_;
  const BatchRange batches_;
  const std::ptrdiff_t batches_in_flight_;
  std::counting_semaphore<most_batches_in_flight> free_slots_{batches_in_flight_};
  std::mutex mutex_;
  std::optional<Error> failure_;  // the first one; guarded by mutex_
};

// Records the whole source with two producers, each on a thread of its own. Returns when all of it
// has been acknowledged. Errors: that of a batch that fails.
[[nodiscard]] Result<void> record_all(SignatureStore& store, const OccurrenceSource& source,
                                      Acknowledgements& acknowledgements,
                                      std::ptrdiff_t batches_in_flight = most_batches_in_flight);

// The same without end, the source again and again, until `stop` is requested. Returns how many
// occurrences were recorded.
[[nodiscard]] Result<std::uint64_t> record_until(const std::stop_token& stop, SignatureStore& store,
                                                 const OccurrenceSource& source,
                                                 Acknowledgements& acknowledgements);

// One event for each occurrence, with its exemplar: the longest log that occurrences can make.
[[nodiscard]] RocksStoreOptions whole_events();

// Makes a store in `directory`, records the source in it and closes it.
[[nodiscard]] Result<void> fill_store(const std::filesystem::path& directory,
                                      const OccurrenceSource& source, RocksStoreOptions options);

}  // namespace rounds::bench
