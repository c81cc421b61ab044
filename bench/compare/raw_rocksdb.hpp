// The peer that shows the limit: RocksDB with no more on top than the least that a program needs.
//
// One thread at a time; a bulk write has threads of its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <rocksdb/db.h>

#include "bench/support/acknowledgements.hpp"
#include "bench/support/occurrence_stream.hpp"
#include "core/error.hpp"

namespace rounds::bench {

// Records in one WriteBatch of a bulk write.
inline constexpr std::uint64_t raw_batch_records = 4096;

// Threads of a bulk write. While one waits for the disk, the other fills its batch, and RocksDB
// syncs the batches of both at once; a third gains nothing.
inline constexpr std::size_t raw_writers = 2;

class RawRocksdb {
 public:
  // Opens or creates the database. Its cache, compression and write buffer are those of the log and
  // the projections of rounds.
  [[nodiscard]] static Result<RawRocksdb> open(const std::filesystem::path& directory);

  // Writes the whole stream under 8-byte keys that go up, in synced batches from two threads.
  [[nodiscard]] Result<void> write(const OccurrenceStream& stream,
                                   Acknowledgements& acknowledgements);

  // Writes one value, synced.
  [[nodiscard]] Result<void> put(std::string_view key, std::string_view value);

  // Writes many values, unsynced, and compacts them: for what is read afterwards, at its best.
  [[nodiscard]] Result<void> load(const std::vector<std::pair<std::string, std::string>>& rows);

  // Errors: corruption if the key is absent.
  [[nodiscard]] Result<void> get(std::string_view key, std::string& value);

  // Reads all records that write() has written.
  [[nodiscard]] Result<Totals> scan(std::uint32_t signature_count);

  [[nodiscard]] Result<void> close();

 private:
  // One writer: takes batches from position `next` on until the stream ends.
  [[nodiscard]] Result<void> write_batches(const OccurrenceStream& stream,
                                           std::atomic<std::uint64_t>& next,
                                           Acknowledgements& acknowledgements);
  explicit RawRocksdb(std::unique_ptr<rocksdb::DB> database);
  std::unique_ptr<rocksdb::DB> database_;
};

// Big-endian, so that keys are in the order of the numbers.
[[nodiscard]] std::string raw_key(std::uint64_t number);

}  // namespace rounds::bench
