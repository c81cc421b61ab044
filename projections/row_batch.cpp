#include "projections/row_batch.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

constexpr const char* doing = "adding a row to a batch";

// A crash leaves the rows of a layer in the write-ahead log, some 60 MiB, and opening took 0.7 s to
// read them again. Of less it reads again what there is, for fewer tables.
constexpr std::size_t bytes_worth_flushing = 8U << 20U;

// Has a thread of RocksDB put what was written to the families into tables, and waits for it if
// wanted: also for what is on its way already.
Result<void> flush(const ProjectionDatabase& database, const FamilySet& families, bool wait) {
  std::vector<rocksdb::ColumnFamilyHandle*> flushed{database.meta_family()};
  std::ranges::copy_if(families, std::back_inserter(flushed),
                       [](const auto* family) { return family != nullptr; });
  rocksdb::FlushOptions options;
  options.wait = wait;
  options.allow_write_stall = true;
  const auto status = database.database().Flush(options, flushed);
  // Too much is being flushed as it is.
  if (status.IsTryAgain()) return {};
  return check_status(status, "flushing the projections");
}

}  // namespace

Result<void> RowBatch::put(std::string_view key, std::string_view value) {
  return check_status(batch_.Put(family_, rocksdb::Slice(key), rocksdb::Slice(value)), doing);
}

Result<void> RowBatch::remove(std::string_view key) {
  return check_status(batch_.Delete(family_, rocksdb::Slice(key)), doing);
}

Result<void> RowBatch::commit(const Sequence* checkpoint) {
  if (checkpoint != nullptr) {
    family_ = database_.meta_family();
    auto stored =
        put(ProjectionDatabase::checkpoint_key(), ProjectionDatabase::checkpoint_row(*checkpoint));
    if (!stored) return stored;
  }
  const bool is_large = batch_.GetDataSize() >= bytes_worth_flushing;
  if (is_large) {
    // RocksDB would keep two layers in memtables and begin a third: 100 MiB more on a slow disk.
    if (auto flushed = flush(database_, families_, true); !flushed) return flushed;
  }
  if (auto written = database_.write(batch_); !written) return written;
  return is_large ? flush(database_, families_, false) : Result<void>{};
}

}  // namespace rounds
