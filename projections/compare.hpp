// Compares projections entry by entry with the rows that the log makes, and gives each side a
// canonical digest.
//
// The digest depends on what a projection says, not on how it was written: history chunks are taken
// apart, since their boundaries depend on when layers were flushed. Reads only; a comparer belongs
// to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "projections/projection_database.hpp"
#include "projections/table_files.hpp"

namespace rounds {

// So many differing keys are named; all are counted.
inline constexpr std::size_t max_named_differences = 100;

struct ProjectionComparison {
  Projection projection = Projection::signatures;
  std::uint64_t entry_count = 0;  // of the live projection
  std::uint64_t live_digest = 0;  // XXH3-64 over all keys and values in order
  std::uint64_t fresh_digest = 0;
  std::uint64_t difference_count = 0;
  std::vector<std::string> differing_keys;  // for people: "by_status new 2026-... (missing)"
};

// Whether a row of `projection` is about the signature. Those of `stats` are about none.
[[nodiscard]] bool is_about(const SignatureId& id, Projection projection, std::string_view key,
                            std::string_view value);

// Walks over the rows of one projection, or over those that are about one signature: costs their
// number where they lie together, and a scan of the projection where they do not.
class ProjectionRows {
 public:
  ProjectionRows(const ProjectionDatabase& database, Projection projection,
                 const std::optional<SignatureId>& only);

  [[nodiscard]] bool valid() const;
  [[nodiscard]] std::string_view key() const { return iterator_->key().ToStringView(); }
  [[nodiscard]] std::string_view value() const { return iterator_->value().ToStringView(); }
  void next();

  // Why it is not valid: the end, or an error.
  [[nodiscard]] Result<void> status() const;

 private:
  void skip_others();

  Projection projection_;
  std::optional<SignatureId> only_;
  bool lie_together_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

// Takes the rows that the log makes and compares them with the active ones of `live`.
class ProjectionComparer final : public RowSink {
 public:
  // Compares what is about the signature `only`, or all of the projection.
  ProjectionComparer(const ProjectionDatabase& live, Projection projection,
                     const std::optional<SignatureId>& only);
  ~ProjectionComparer() override;

  // Errors: corruption if an entry of either side cannot be read at all; io_error.
  [[nodiscard]] Result<void> add(std::string_view key, std::string_view value) override;
  [[nodiscard]] Result<void> finish() override;

  // After finish().
  [[nodiscard]] const ProjectionComparison& result() const { return comparison_; }

 private:
  class Entries;

  // Compares the next entry that the log makes; none: it makes no more.
  [[nodiscard]] Result<void> take(const std::string* key, const std::string& value);
  void note(const std::string& key, std::string_view what);

  ProjectionComparison comparison_;
  std::unique_ptr<Entries> live_;
  bool is_started_ = false;
};

}  // namespace rounds
