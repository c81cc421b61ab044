// sync-1: how long one caller waits who records one occurrence at a time, each durable before the
// next. The limit is one synced put of a record.
#include <string>
#include <utility>

#include "bench/compare/measure.hpp"
#include "bench/compare/raw_rocksdb.hpp"
#include "bench/compare/sqlite_store.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/occurrence_stream.hpp"
#include "store/rocks_store.hpp"

namespace rounds::bench {
namespace {

class SyncOneWorkload final : public Workload {
 public:
  explicit SyncOneWorkload(const Scale& scale)
      : options_{scale.synced_occurrences, scale.signatures, 1.0, scale.seed} {}

  std::string_view name() const override { return "sync-1"; }
  std::vector<System> systems() const override {
    return {System::rounds, System::rocksdb, System::sqlite_rowwise};
  }
  void prepare() override { stream_.emplace(options_); }

  Result<Samples> run(System system, const std::filesystem::path& directory) override {
    switch (system) {
      case System::rounds:
        return run_rounds(directory);
      case System::rocksdb:
        return run_rocksdb(directory);
      default:
        return run_sqlite(directory);
    }
  }

 private:
  // Calls `record` with each position of the stream.
  template <typename RecordOne>
  Result<Samples> measure(const RecordOne& record) const {
    return measure_latencies("ack", stream_->size(), record);
  }

  Result<Samples> run_rounds(const std::filesystem::path& directory) {
    auto store = RocksStore::open(directory);
    if (!store) return std::unexpected(std::move(store.error()));
    auto samples = measure([&](std::uint64_t position) -> Result<void> {
      auto commit = (*store)->record({stream_->occurrence(position)});
      if (!commit) return std::unexpected(std::move(commit.error()));
      return {};
    });
    if (auto right = check("rounds", totals_of(**store)); !right) {
      return std::unexpected(std::move(right.error()));
    }
    return samples;
  }

  Result<Samples> run_rocksdb(const std::filesystem::path& directory) {
    auto database = RawRocksdb::open(directory);
    if (!database) return std::unexpected(std::move(database.error()));
    auto samples = measure([&](std::uint64_t position) {
      const Record record = stream_->record(position);
      return database->put(raw_key(position), {record.data(), record.size()});
    });
    if (auto right = check("rocksdb", database->scan(stream_->signature_count())); !right) {
      return std::unexpected(std::move(right.error()));
    }
    return samples;
  }

  Result<Samples> run_sqlite(const std::filesystem::path& directory) {
    auto store = SqliteStore::open(directory);
    if (!store) return std::unexpected(std::move(store.error()));
    Acknowledgements ignored;  // as long as the whole call
    auto samples = measure([&](std::uint64_t position) {
      return store->record(*stream_, position, position + 1, 1, ignored);
    });
    if (auto right = check("sqlite", store->totals()); !right) {
      return std::unexpected(std::move(right.error()));
    }
    return samples;
  }

  [[nodiscard]] Result<void> check(std::string_view system, const Result<Totals>& found) const {
    if (!found) return std::unexpected(found.error());
    return check_totals(system, *found, stream_->totals_of_first(stream_->size()));
  }

  StreamOptions options_;
  std::optional<OccurrenceStream> stream_;
};

}  // namespace

std::unique_ptr<Workload> make_sync_one(const Scale& scale) {
  return std::make_unique<SyncOneWorkload>(scale);
}

}  // namespace rounds::bench
