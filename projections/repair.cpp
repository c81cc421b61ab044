#include "projections/repair.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <rocksdb/write_batch.h>

#include "eventlog/rocksdb_status.hpp"
#include "projections/bulk_build.hpp"
#include "projections/compare.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/row_codec.hpp"
#include "projections/stats_totals.hpp"
#include "projections/table_files.hpp"

namespace rounds {
namespace {

// The rows of one signature: few, but for a long history.
class KeptRows final : public RowSink {
 public:
  using Rows = std::vector<std::pair<std::string, std::string>>;

  Result<void> add(std::string_view key, std::string_view value) override {
    rows_.emplace_back(key, value);
    return {};
  }
  Result<void> finish() override { return {}; }
  [[nodiscard]] const Rows& rows() const { return rows_; }

 private:
  Rows rows_;
};

// The totals of all rows but that of `id`.
Result<StatsTotals> totals_of_others(const ProjectionDatabase& database, const SignatureId& id) {
  StatsTotals totals;
  ProjectionRows rows(database, Projection::signatures, std::nullopt);
  for (; rows.valid(); rows.next()) {
    SignatureId other;
    if (rows.key().size() != other.bytes.size()) {
      return fail(ErrorCode::corruption,
                  "a key of the projection signatures is damaged; run rounds-replay");
    }
    std::ranges::copy(rows.key(), other.bytes.begin());
    if (other == id) continue;
    const auto signature = decode_signature_row(other, rows.value());
    if (!signature) return std::unexpected(signature.error());
    totals.apply(std::nullopt, *signature);
  }
  if (auto read = rows.status(); !read) return std::unexpected(std::move(read.error()));
  return totals;
}

class Repair {
 public:
  Repair(ProjectionDatabase& database, const SignatureId& id) : database_(database), id_(id) {}

  Result<void> remove_all(Projection projection, const std::optional<SignatureId>& only) {
    ProjectionRows rows(database_, projection, only);
    for (; rows.valid(); rows.next()) {
      auto removed = checked(batch_.Delete(family(projection), rocksdb::Slice(rows.key())));
      if (!removed) return removed;
    }
    return rows.status();
  }

  Result<void> put(Projection projection, std::string_view key, std::string_view value) {
    return checked(batch_.Put(family(projection), rocksdb::Slice(key), rocksdb::Slice(value)));
  }

  Result<void> replace(Projection projection, const KeptRows::Rows& rows) {
    if (auto removed = remove_all(projection, id_); !removed) return removed;
    for (const auto& [key, value] : rows) {
      if (auto added = put(projection, key, value); !added) return added;
    }
    return {};
  }

  // `row` is the new one of the signature; none if there is no such signature.
  Result<void> replace_totals(const std::string* row) {
    auto totals = totals_of_others(database_, id_);
    if (!totals) return std::unexpected(std::move(totals.error()));
    if (row != nullptr) {
      const auto signature = decode_signature_row(id_, *row);
      if (!signature) return std::unexpected(signature.error());
      totals->apply(std::nullopt, *signature);
    }
    if (auto removed = remove_all(Projection::stats, std::nullopt); !removed) return removed;
    for (const auto& [service, count] : totals->by_service) {
      auto added = put(Projection::stats, std::string(service_key_prefix).append(service),
                       encode_service_stats_row(count));
      if (!added) return added;
    }
    return put(Projection::stats, totals_key, encode_stats_row(*totals));
  }

  Result<void> commit() { return database_.write_synced(batch_); }

 private:
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Projection projection) const {
    return family_of(database_.active(), projection);
  }
  static Result<void> checked(const rocksdb::Status& status) {
    return check_status(status, "repairing a signature");
  }

  ProjectionDatabase& database_;
  SignatureId id_;
  rocksdb::WriteBatch batch_;
};

}  // namespace

Result<void> repair_signature(const EventLog& log, ProjectionDatabase& database,
                              const SignatureId& id, const ReplayProgress& progress) {
  std::array<KeptRows, all_projections.size()> kept;
  RowSinks sinks{};
  for (std::size_t i = 0; i < kept.size(); ++i) sinks[i] = &kept[i];
  sinks[static_cast<std::size_t>(Projection::stats)] = nullptr;
  BulkBuildOptions options;
  options.directory = database.tables_directory().parent_path();
  options.only = id;
  options.progress = progress;
  if (auto built = build_rows(log, database.checkpoint(), sinks, options); !built) return built;
  Repair repair(database, id);
  for (const Projection projection : all_projections) {
    if (projection == Projection::stats) continue;
    const auto& rows = kept[static_cast<std::size_t>(projection)].rows();
    if (auto replaced = repair.replace(projection, rows); !replaced) return replaced;
  }
  const auto& rows = kept[static_cast<std::size_t>(Projection::signatures)].rows();
  auto totals = repair.replace_totals(rows.empty() ? nullptr : &rows.front().second);
  if (!totals) return totals;
  return repair.commit();
}

}  // namespace rounds
