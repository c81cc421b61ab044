// A consistent view of the projections on disk, as of the moment it was made.
//
// Immutable and safe to use from any thread; shared by all queries that begin between two flushes.
// Must be gone before the ProjectionDatabase.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <rocksdb/snapshot.h>

#include "core/error.hpp"
#include "core/signature.hpp"
#include "eventlog/database_metrics.hpp"
#include "projections/index_key.hpp"
#include "projections/projection_database.hpp"
#include "projections/stats_totals.hpp"

namespace rounds {

class ProjectionSnapshot;

// Walks the keys of one listing and status in order. One thread at a time; must not outlive its
// snapshot.
class IndexScan {
 public:
  ~IndexScan();
  IndexScan(IndexScan&&) noexcept;
  IndexScan& operator=(IndexScan&&) noexcept;

  // The next position; none at the end. Errors: corruption, io_error.
  [[nodiscard]] Result<std::optional<IndexPosition>> next();

 private:
  friend class ProjectionSnapshot;
  struct Bounds;
  IndexScan(bool with_facet, std::unique_ptr<Bounds> bounds,
            std::unique_ptr<rocksdb::Iterator> iterator);

  bool with_facet_;
  std::unique_ptr<Bounds> bounds_;  // outlives the iterator, which points to it
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

// Who reads many rows. Those that the writer reads change, and are found in a layer from then on:
// to keep their blocks in the cache would only push out what queries read.
enum class RowReader : std::uint8_t { query, writer };

class ProjectionSnapshot {
 public:
  // A snapshot of `families`, the active ones or those of a generation that is being built. Make it
  // while nobody writes them: scans begin where the index begins now, and so do not walk over the
  // newer positions that are written later, which stand before all others. Costs a seek for each
  // status.
  ProjectionSnapshot(const ProjectionDatabase& database, const FamilySet& families);

  [[nodiscard]] Result<std::optional<Signature>> get_signature(const SignatureId& id) const;

  // Many at once, in the order of `ids`.
  [[nodiscard]] Result<std::vector<std::optional<Signature>>> find_signatures(
      std::span<const SignatureId> ids, RowReader reader) const;

  // The same for ids that an index names: an absent one is corruption.
  [[nodiscard]] Result<std::vector<Signature>> get_signatures(std::span<const SignatureId> ids,
                                                              RowReader reader) const;

  [[nodiscard]] Result<std::optional<SignatureId>> get_id(std::string_view fingerprint) const;

  // Many at once, in the order of `fingerprints`.
  [[nodiscard]] Result<std::vector<std::optional<SignatureId>>> find_ids(
      std::span<const std::string_view> fingerprints, RowReader reader) const;

  // The positions of `facet` in `index` with `status`, from behind `after` on (from the start
  // without it). by_status has the one facet of all.
  [[nodiscard]] IndexScan scan(Projection index, Facet facet, Status status,
                               const std::optional<PageCursor>& after) const;

  // Up to `limit` sequences of the versions behind `after`, in order. Fewer at the end of what is
  // on disk.
  [[nodiscard]] Result<std::vector<Sequence>> get_history(const SignatureId& id, Version after,
                                                          std::size_t limit) const;

  [[nodiscard]] Result<StatsTotals> get_totals() const;

  // How the database stands, whose families in use are those of the snapshot.
  [[nodiscard]] DatabaseMetrics metrics() const;

 private:
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Projection projection) const {
    return family_of(families_, projection);
  }
  [[nodiscard]] rocksdb::ReadOptions read_options() const;
  void find_beginnings();
  // Reads `keys` and calls `take(place, value)` for each that is there; stops at its first error.
  template <typename Take>
  [[nodiscard]] Result<void> read_many(Projection projection, RowReader reader,
                                       std::span<const rocksdb::Slice> keys,
                                       const Take& take) const;

  rocksdb::DB* database_;
  std::shared_ptr<const void> readers_;  // keeps the families alive
  FamilySet families_;
  mutable rocksdb::ManagedSnapshot snapshot_;  // its accessor is not const
  // Of each status: no position of the snapshot comes before this one, in no listing.
  std::array<IndexPosition, all_statuses.size() + 1> beginnings_{};
};

// Keys and values that reader and writer of the families agree on.
[[nodiscard]] std::string history_key(const SignatureId& id, Version first_version);
[[nodiscard]] std::string_view id_key(const SignatureId& id);
inline constexpr std::string_view totals_key = "total";
inline constexpr std::string_view service_key_prefix = "service/";

}  // namespace rounds
