#include "projections/compare.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include "eventlog/rocksdb_status.hpp"
#include "projections/index_key.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/row_codec.hpp"

namespace rounds {
namespace {

struct Entry {
  std::string key;
  std::string value;
};

// The entries of one projection in canonical form, in order of their keys.
class CanonicalEntries {
 public:
  CanonicalEntries(const ProjectionDatabase& database, const FamilySet& families,
                   Projection projection)
      : projection_(projection) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    iterator_.reset(database.database().NewIterator(options, family_of(families, projection)));
    iterator_->SeekToFirst();
  }

  Result<std::optional<Entry>> next() {
    if (projection_ == Projection::history) return next_version();
    if (!iterator_->Valid()) return at_end();
    std::optional<Entry> entry(Entry{iterator_->key().ToString(), iterator_->value().ToString()});
    iterator_->Next();
    return entry;
  }

 private:
  Result<std::optional<Entry>> at_end() {
    if (auto status = check_status(iterator_->status(), "comparing projections"); !status) {
      return std::unexpected(status.error());
    }
    return std::optional<Entry>{};
  }

  // Chunks of a history, taken apart into one entry a version.
  Result<std::optional<Entry>> next_version() {
    if (position_ == chunk_.size()) {
      if (!iterator_->Valid()) return at_end();
      chunk_key_ = iterator_->key().ToString();
      auto chunk = decode_history_chunk(iterator_->value().ToStringView());
      if (!chunk) return std::unexpected(std::move(chunk.error()));
      if (chunk_key_.size() != 24 || chunk->empty()) {
        return fail(ErrorCode::corruption,
                    "a key of the history index is damaged; run rounds-replay");
      }
      chunk_ = *std::move(chunk);
      position_ = 0;
      iterator_->Next();
    }
    const std::string_view key = chunk_key_;
    Entry entry{std::string(key.substr(0, 16)), {}};
    append_big_endian(entry.key, load_big_endian(key.substr(16)) + position_);
    append_big_endian(entry.value, chunk_[position_]);
    ++position_;
    return std::optional(std::move(entry));
  }

  Projection projection_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  std::string chunk_key_;
  std::vector<Sequence> chunk_;
  std::size_t position_ = 0;
};

class Digest {
 public:
  void add(const Entry& entry) {
    for (const std::string* part : {&entry.key, &entry.value}) {
      // The length keeps ("ab", "c") and ("a", "bc") apart.
      const std::uint64_t seed = value_ ^ part->size();
      value_ = XXH3_64bits_withSeed(part->data(), part->size(), seed);
    }
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

std::string describe_position(const IndexPosition& position) {
  const PageCursor cursor = position.cursor();
  const std::string last_seen =
      is_valid(cursor.last_seen) ? to_rfc3339(cursor.last_seen) : "(no valid time)";
  return fmt::format("{} {} count {} {}", to_string(position.status), last_seen,
                     cursor.occurrence_count, cursor.id.to_string());
}

SignatureId id_of(std::string_view bytes) {
  SignatureId id;
  if (bytes.size() >= id.bytes.size()) {
    for (std::size_t i = 0; i < id.bytes.size(); ++i)
      id.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  }
  return id;
}

// A key for people. Keys that are damaged themselves are shown in hex.
std::string describe_key(Projection projection, std::string_view key) {
  switch (projection) {
    case Projection::signatures:
      return id_of(key).to_string();
    case Projection::history:
      return fmt::format("{} version {}", id_of(key).to_string(), load_big_endian(key.substr(16)));
    case Projection::fingerprints:
    case Projection::stats:
      return std::string(key);
    case Projection::by_status:
      if (const auto position = decode_by_status_key(key)) return describe_position(*position);
      break;
    case Projection::by_service:
      if (const auto index = decode_by_service_key(key)) {
        return fmt::format("facet {:016x} {}", index->facet, describe_position(index->position));
      }
      break;
  }
  return to_hex({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
}

void note_difference(ProjectionComparison& comparison, const std::string& key,
                     std::string_view what) {
  ++comparison.difference_count;
  if (comparison.differing_keys.size() < max_named_differences) {
    comparison.differing_keys.push_back(fmt::format("{} {} ({})", to_string(comparison.projection),
                                                    describe_key(comparison.projection, key),
                                                    what));
  }
}

Result<ProjectionComparison> compare_one(const ProjectionDatabase& database, const FamilySet& live,
                                         const FamilySet& fresh, Projection projection) {
  ProjectionComparison comparison;
  comparison.projection = projection;
  CanonicalEntries live_entries(database, live, projection);
  CanonicalEntries fresh_entries(database, fresh, projection);
  Digest live_digest;
  Digest fresh_digest;
  const auto advance = [](CanonicalEntries& entries, Digest& digest) {
    auto entry = entries.next();
    if (entry && *entry) digest.add(**entry);
    return entry;
  };
  auto left = advance(live_entries, live_digest);
  auto right = advance(fresh_entries, fresh_digest);
  while (true) {
    if (!left) return std::unexpected(std::move(left.error()));
    if (!right) return std::unexpected(std::move(right.error()));
    if (!*left && !*right) break;
    const bool only_left = !*right || (*left && (*left)->key < (*right)->key);
    const bool only_right = !*left || (*right && (*right)->key < (*left)->key);
    if (only_left) {
      note_difference(comparison, (*left)->key, "not in the log");
    } else if (only_right) {
      note_difference(comparison, (*right)->key, "missing");
    } else if ((*left)->value != (*right)->value) {
      note_difference(comparison, (*left)->key, "differs");
    }
    if (!only_right) {
      ++comparison.entry_count;
      left = advance(live_entries, live_digest);
    }
    if (!only_left) right = advance(fresh_entries, fresh_digest);
  }
  comparison.live_digest = live_digest.value();
  comparison.fresh_digest = fresh_digest.value();
  return comparison;
}

}  // namespace

Result<std::vector<ProjectionComparison>> compare_generations(
    const ProjectionDatabase& database, const FamilySet& live, const FamilySet& fresh,
    const std::vector<Projection>& chosen) {
  std::vector<ProjectionComparison> comparisons;
  for (const Projection projection : chosen) {
    auto comparison = compare_one(database, live, fresh, projection);
    if (!comparison) return std::unexpected(std::move(comparison.error()));
    comparisons.push_back(*std::move(comparison));
  }
  return comparisons;
}

}  // namespace rounds
