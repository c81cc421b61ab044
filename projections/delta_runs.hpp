// The deltas of consecutive stretches of the log, on the disk: what a bulk build puts aside when
// memory does not suffice, and what it goes on from after an interruption.
//
// A run is the deltas of one stretch, in the order of their ids; a small file names the runs that
// are complete. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <rocksdb/options.h>

#include "core/error.hpp"
#include "eventlog/event_log.hpp"
#include "projections/signature_deltas.hpp"
#include "projections/table_files.hpp"

namespace rounds {

// Deltas in the order of ids, and those of one signature in the order of their events.
class DeltaSource {
 public:
  DeltaSource() = default;
  DeltaSource(const DeltaSource&) = delete;
  DeltaSource& operator=(const DeltaSource&) = delete;
  virtual ~DeltaSource() = default;

  // The next one, valid until the next call; null at the end. Errors: corruption, io_error.
  [[nodiscard]] virtual Result<const SignatureDelta*> next() = 0;
};

// Those of one stretch, which are sorted and must outlive the source.
[[nodiscard]] std::unique_ptr<DeltaSource> make_source(const SignatureDeltas& deltas);

class DeltaRuns {
 public:
  // Of the log `log_id`, in `directory`, which exists; none so far.
  DeltaRuns(const rocksdb::Options& options, std::filesystem::path directory, const LogId& log_id);

  // Takes up the runs that are there, if they are of this log, of this release, and end at event
  // `through` or before. Errors: io_error.
  [[nodiscard]] Result<void> load(Sequence through);

  // Adds the next stretch, sorted, which goes up to event `through`; durable on return. Errors:
  // io_error.
  [[nodiscard]] Result<void> add(const SignatureDeltas& deltas, Sequence through);

  [[nodiscard]] bool empty() const { return runs_.empty(); }

  // The last event of the last run.
  [[nodiscard]] Sequence through() const { return runs_.empty() ? 0 : runs_.back().through; }

  // All of them. Errors: corruption, io_error.
  [[nodiscard]] Result<std::unique_ptr<DeltaSource>> read() const;

 private:
  struct Run {
    Sequence through = 0;
    std::vector<std::string> paths;
  };
  [[nodiscard]] std::filesystem::path list_path() const { return directory_ / "runs"; }
  [[nodiscard]] std::string path_prefix(std::size_t run) const;

  rocksdb::Options options_;
  std::filesystem::path directory_;
  LogId log_id_;
  std::vector<Run> runs_;
};

}  // namespace rounds
