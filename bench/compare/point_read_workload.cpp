// point-read: how long it takes to read one signature that is on disk, with a warm cache. The limit
// is a Get of a row of the same bytes under a key of the same size.
#include <algorithm>
#include <random>
#include <string>
#include <utility>

#include "bench/compare/measure.hpp"
#include "bench/compare/raw_rocksdb.hpp"
#include "bench/compare/workload.hpp"
#include "projections/row_codec.hpp"

namespace rounds::bench {
namespace {

class PointReadWorkload final : public Workload {
 public:
  explicit PointReadWorkload(const Scale& scale)
      : signatures_(scale.stored_signatures), reads_(scale.point_reads), seed_(scale.seed) {}

  std::string_view name() const override { return "point-read"; }
  std::vector<System> systems() const override {
    return {System::rounds, System::rocksdb, System::sqlite};
  }
  void prepare() override { stream_.emplace(OccurrenceStream::one_of_each(signatures_, seed_)); }

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
  // Reads each signature once to warm the cache, then as many at random as the scale says.
  template <typename ReadOne>
  Result<Samples> measure(std::string_view metric, const ReadOne& read) const {
    for (std::uint32_t number = 0; number < signatures_; ++number) {
      if (Result<void> found = read(number); !found) {
        return std::unexpected(std::move(found.error()));
      }
    }
    std::mt19937_64 random(seed_);
    std::uniform_int_distribution<std::uint32_t> draw(0, signatures_ - 1);
    std::vector<std::uint32_t> drawn(reads_);
    std::ranges::generate(drawn, [&] { return draw(random); });
    return measure_latencies(metric, reads_, [&](std::uint64_t i) { return read(drawn[i]); });
  }

  static Result<void> check_found(const Result<std::optional<Signature>>& found) {
    if (!found) return std::unexpected(found.error());
    if (!*found) return fail(ErrorCode::corruption, "a signature is gone from rounds");
    return {};
  }

  Result<Samples> run_rounds(const std::filesystem::path& directory) {
    const auto store = open_filled_rounds(directory, *stream_);
    if (!store) return std::unexpected(store.error());
    std::vector<SignatureId> ids;
    for (std::uint32_t number = 0; number < signatures_; ++number) {
      const auto found = (*store)->get_by_fingerprint(stream_->identity(number)->fingerprint);
      if (auto right = check_found(found); !right) return std::unexpected(right.error());
      ids.push_back((*found)->id);
    }
    auto by_id = measure("by_id", [&](std::uint32_t number) {
      return check_found((*store)->get_by_id(ids[number]));
    });
    auto by_fingerprint = measure("by_fingerprint", [&](std::uint32_t number) {
      return check_found((*store)->get_by_fingerprint(stream_->identity(number)->fingerprint));
    });
    return join(std::move(by_id), std::move(by_fingerprint));
  }

  Result<Samples> run_rocksdb(const std::filesystem::path& directory) {
    const auto rows = make_rows();
    if (auto loaded = load(directory, rows); !loaded) return std::unexpected(loaded.error());
    auto database = RawRocksdb::open(directory);
    if (!database) return std::unexpected(std::move(database.error()));
    std::string value;
    return measure("by_id",
                   [&](std::uint32_t number) { return database->get(rows[number].first, value); });
  }

  // The bytes that rounds has on disk for the same signatures.
  std::vector<std::pair<std::string, std::string>> make_rows() const {
    Uuid7Generator ids;
    std::vector<std::pair<std::string, std::string>> rows;
    for (std::uint64_t i = 0; i < stream_->size(); ++i) {
      const Timestamp time = stream_->exemplar(i).time;
      Signature signature;
      signature.id = ids.next(time);
      signature.identity = stream_->identity(stream_->number_at(i));
      signature.first_seen = signature.last_seen = time;
      signature.occurrence_count = signature.version = signature.last_sequence = 1;
      rows.emplace_back(std::string(signature.id.bytes.begin(), signature.id.bytes.end()),
                        std::string(RowEncoder{}.encode(signature)));
    }
    return rows;
  }

  static Result<void> load(const std::filesystem::path& directory,
                           const std::vector<std::pair<std::string, std::string>>& rows) {
    auto database = RawRocksdb::open(directory);
    if (!database) return std::unexpected(std::move(database.error()));
    if (auto loaded = database->load(rows); !loaded) return loaded;
    return database->close();
  }

  Result<Samples> run_sqlite(const std::filesystem::path& directory) {
    auto store = open_filled_sqlite(directory, *stream_);
    if (!store) return std::unexpected(std::move(store.error()));
    return measure("by_fingerprint", [&](std::uint32_t number) {
      return store->get_by_fingerprint(stream_->identity(number)->fingerprint);
    });
  }

  std::uint32_t signatures_;
  std::uint64_t reads_;
  std::uint64_t seed_;
  std::optional<OccurrenceStream> stream_;
};

}  // namespace

std::unique_ptr<Workload> make_point_read(const Scale& scale) {
  return std::make_unique<PointReadWorkload>(scale);
}

}  // namespace rounds::bench
