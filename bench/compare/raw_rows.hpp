// The peer that shows what rows and indexes cost on RocksDB: the log of RawRocksdb, and behind it
// rows, fingerprints, index keys and histories with the keys, sizes, families and batches of the
// projections of rounds, but no events, no decisions, no queries and no checks.
//
// Where hardly anything folds it shows the limit of any store that keeps a row and these indexes in
// this RocksDB. It knows the row of an occurrence without looking for it, keeps no totals and no
// checkpoint. While it writes, the caller's thread reads rows, one writes them, and the log has
// its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "bench/compare/raw_rocksdb.hpp"
#include "bench/support/acknowledgements.hpp"
#include "bench/support/occurrence_stream.hpp"
#include "core/error.hpp"
#include "projections/projection_database.hpp"

namespace rounds::bench {

class RawRows {
 public:
  // Opens or creates the log and the rows in `directory`.
  [[nodiscard]] static Result<RawRows> open(const std::filesystem::path& directory);

  // Writes the whole stream: each occurrence into the synced log, which acknowledges it, and into
  // the row of its signature, a layer of as many rows as rounds has at a time.
  [[nodiscard]] Result<void> write(const OccurrenceStream& stream,
                                   Acknowledgements& acknowledgements);

  // Reads the rows, and counts the keys of the index over all of them. Errors: corruption if those
  // are not as many.
  [[nodiscard]] Result<Totals> scan() const;

  [[nodiscard]] Result<void> close();

 private:
  struct Layer;
  [[nodiscard]] static std::size_t row_bytes_of(const OccurrenceStream& stream);
  RawRows(RawRocksdb log, std::unique_ptr<ProjectionDatabase> rows);
  [[nodiscard]] Result<void> write_rows(const OccurrenceStream& stream);
  // Takes the occurrences [begin, end) into `layer`, on top of `below`, which may be null, and of
  // the disk.
  [[nodiscard]] Result<void> fold(const OccurrenceStream& stream, std::uint64_t begin,
                                  std::uint64_t end, Layer& layer, const Layer* below) const;
  [[nodiscard]] Result<void> write_layer(const OccurrenceStream& stream, const Layer& layer) const;

  RawRocksdb log_;
  std::unique_ptr<ProjectionDatabase> rows_;
  std::size_t row_bytes_ = 0;  // of a row of rounds with the same texts
};

}  // namespace rounds::bench
