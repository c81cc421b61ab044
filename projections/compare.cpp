#include "projections/compare.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include "eventlog/rocksdb_status.hpp"
#include "projections/index_key.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/row_codec.hpp"

namespace rounds {
namespace {

// The digest of all before and of this entry.
std::uint64_t digest(std::uint64_t before, const std::string& key, const std::string& value) {
  for (const std::string* part : {&key, &value}) {
    // The length keeps ("ab", "c") and ("a", "bc") apart.
    before = XXH3_64bits_withSeed(part->data(), part->size(), before ^ part->size());
  }
  return before;
}

// The versions that a row of the history stands for: calls take(key, value) for each, which stops
// it by returning an error.
template <typename Take>
Result<void> take_apart(std::string_view row_key, std::string_view row, const Take& take) {
  const auto chunk = decode_history_chunk(row);
  if (!chunk) return std::unexpected(chunk.error());
  if (row_key.size() != 24 || chunk->empty()) {
    return fail(ErrorCode::corruption, "a key of the history index is damaged; run rounds-replay");
  }
  Version version = load_big_endian(row_key.substr(16));
  for (const Sequence sequence : *chunk) {
    std::string key(row_key.substr(0, 16));
    append_big_endian(key, version++);
    std::string value;
    append_big_endian(value, sequence);
    if (auto taken = take(std::move(key), std::move(value)); !taken) return taken;
  }
  return {};
}

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
    case Projection::by_tag:
      if (const auto index = decode_by_facet_key(key)) {
        return fmt::format("facet {:016x} {}", index->facet, describe_position(index->position));
      }
      break;
  }
  return to_hex({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
}

}  // namespace

bool is_about(const SignatureId& id, Projection projection, std::string_view key,
              std::string_view value) {
  switch (projection) {
    case Projection::signatures:
    case Projection::history:
      return key.starts_with(id_key(id));
    case Projection::by_status:
    case Projection::by_service:
    case Projection::by_tag:
      return key.ends_with(id_key(id));
    case Projection::fingerprints:
      return value == id_key(id);
    case Projection::stats:
      break;
  }
  return false;
}

ProjectionRows::ProjectionRows(const ProjectionDatabase& database, Projection projection,
                               const std::optional<SignatureId>& only)
    : projection_(projection),
      only_(only),
      lie_together_(only &&
                    (projection == Projection::signatures || projection == Projection::history)) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = 1U << 20U;
  iterator_.reset(
      database.database().NewIterator(options, family_of(database.active(), projection)));
  if (lie_together_) {
    iterator_->Seek(rocksdb::Slice(id_key(*only)));
  } else {
    iterator_->SeekToFirst();
    skip_others();
  }
}

bool ProjectionRows::valid() const {
  if (!iterator_->Valid()) return false;
  return !lie_together_ || is_about(*only_, projection_, key(), value());
}

void ProjectionRows::next() {
  iterator_->Next();
  if (!lie_together_) skip_others();
}

void ProjectionRows::skip_others() {
  if (!only_) return;
  while (iterator_->Valid() && !is_about(*only_, projection_, key(), value())) iterator_->Next();
}

Result<void> ProjectionRows::status() const {
  return check_status(iterator_->status(), "reading projections");
}

// The canonical entries of the live projection.
class ProjectionComparer::Entries {
 public:
  Entries(const ProjectionDatabase& database, Projection projection,
          const std::optional<SignatureId>& only)
      : is_history_(projection == Projection::history), rows_(database, projection, only) {}

  // Goes to the next entry, or to the first.
  Result<void> advance() {
    if (is_history_) return advance_version();
    if (is_started_) rows_.next();
    is_started_ = true;
    valid_ = rows_.valid();
    if (!valid_) return rows_.status();
    key_ = rows_.key();
    value_ = rows_.value();
    return {};
  }

  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] const std::string& value() const { return value_; }

 private:
  using Versions = std::vector<std::pair<std::string, std::string>>;

  Result<void> advance_version() {
    if (next_version_ == versions_.size()) {
      versions_.clear();
      next_version_ = 0;
      valid_ = rows_.valid();
      if (!valid_) return rows_.status();
      auto taken = take_apart(rows_.key(), rows_.value(),
                              [this](std::string key, std::string value) -> Result<void> {
                                versions_.emplace_back(std::move(key), std::move(value));
                                return {};
                              });
      if (!taken) return taken;
      rows_.next();
    }
    std::tie(key_, value_) = std::move(versions_[next_version_++]);
    return {};
  }

  const bool is_history_;
  ProjectionRows rows_;
  bool is_started_ = false;
  bool valid_ = false;
  std::string key_;
  std::string value_;
  Versions versions_;  // of a row of the history
  std::size_t next_version_ = 0;
};

ProjectionComparer::ProjectionComparer(const ProjectionDatabase& live, Projection projection,
                                       const std::optional<SignatureId>& only) {
  comparison_.projection = projection;
  live_ = std::make_unique<Entries>(live, projection, only);
}

ProjectionComparer::~ProjectionComparer() = default;

Result<void> ProjectionComparer::add(std::string_view key, std::string_view value) {
  if (comparison_.projection != Projection::history) {
    const std::string fresh_key(key);
    return take(&fresh_key, std::string(value));
  }
  return take_apart(key, value, [this](const std::string& fresh_key, const std::string& fresh) {
    return take(&fresh_key, fresh);
  });
}

Result<void> ProjectionComparer::finish() {
  return take(nullptr, {});
}

Result<void> ProjectionComparer::take(const std::string* key, const std::string& value) {
  if (!is_started_) {
    is_started_ = true;
    if (auto first = live_->advance(); !first) return first;
  }
  const auto pass = [this]() -> Result<void> {
    ++comparison_.entry_count;
    comparison_.live_digest = digest(comparison_.live_digest, live_->key(), live_->value());
    return live_->advance();
  };
  while (live_->valid() && (key == nullptr || live_->key() < *key)) {
    note(live_->key(), "not in the log");
    if (auto passed = pass(); !passed) return passed;
  }
  if (key == nullptr) return {};
  const std::uint64_t before = comparison_.live_digest;
  const bool is_missing = !live_->valid() || live_->key() != *key;
  const bool is_equal = !is_missing && live_->value() == value;
  if (is_missing) {
    note(*key, "missing");
  } else {
    if (!is_equal) note(*key, "differs");
    if (auto passed = pass(); !passed) return passed;
  }
  // The same entry behind the same entries has the same digest.
  comparison_.fresh_digest = is_equal && comparison_.fresh_digest == before
                                 ? comparison_.live_digest
                                 : digest(comparison_.fresh_digest, *key, value);
  return {};
}

void ProjectionComparer::note(const std::string& key, std::string_view what) {
  ++comparison_.difference_count;
  if (comparison_.differing_keys.size() == max_named_differences) return;
  comparison_.differing_keys.push_back(fmt::format("{} {} ({})", to_string(comparison_.projection),
                                                   describe_key(comparison_.projection, key),
                                                   what));
}

}  // namespace rounds
