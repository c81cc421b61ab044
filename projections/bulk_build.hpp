// Builds the rows of projections from the whole log, each projection in the order of its keys.
//
// First the log is folded: one thread reads and decodes, the calling one folds, and neither reads
// nor copies a state. Then the rows are made in the order of signature ids, and the index keys are
// sorted, on two threads. What does not fit into memory is put aside in sorted runs in a directory;
// with those an interrupted build can go on. Writes nothing else: where the rows go is the caller's
// business.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include <rocksdb/options.h>

#include "core/error.hpp"
#include "eventlog/event_log.hpp"
#include "projections/projection_database.hpp"
#include "projections/replay.hpp"
#include "projections/table_files.hpp"

namespace rounds {

struct BulkBuildOptions {
  // For what is put aside; exists.
  std::filesystem::path directory;
  // Of the files there: file system and rate limiter count.
  rocksdb::Options files;
  // Goes on from what an interrupted build put aside there, if that was of the same log.
  bool resume = false;
  // Makes the rows that are about this signature only, and none of `stats`. Not to be resumed.
  std::optional<SignatureId> only;
  ReplayProgress progress;
  // Asked when the log is folded up to `through`: how far to fold it now, because it goes on
  // meanwhile; the same again if that was all. Null: that was all.
  std::function<Sequence(Sequence through)> extend;
  // When asked to stop, the build puts aside what it has folded and ends with `unavailable`.
  std::stop_token stop;
  // How much of the log is folded before it is put aside: bounds memory together with
  // max_index_bytes. 10 million events over a million signatures fit in.
  std::size_t max_delta_bytes = std::size_t{480} << 20U;
  std::size_t max_events = std::size_t{16} << 20U;
  // Of the keys of each index that are sorted in memory.
  std::size_t max_index_bytes = std::size_t{128} << 20U;
};

// Where the rows of each projection go; null: they are not wanted.
using RowSinks = std::array<RowSink*, all_projections.size()>;

// Gives the rows that the log makes up to event `through`, or where extend() ended, to the sinks,
// and finishes them. The sinks of two projections may be called on two threads at once, each on one
// at a time. Errors: corruption, of the log or of what was put aside; unsupported; io_error;
// unavailable when stopped; those of the sinks.
[[nodiscard]] Result<void> build_rows(const EventLog& log, Sequence through, const RowSinks& sinks,
                                      const BulkBuildOptions& options);

}  // namespace rounds
