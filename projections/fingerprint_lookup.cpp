#include "projections/fingerprint_lookup.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace rounds {
namespace {

// Whether the row answers to the fingerprint: not one of another one with the same hash, nor one
// that learned it only behind the snapshot.
bool is_of(const std::optional<Signature>& row, const HashedText& fingerprint) {
  return row && answers_to(*row, fingerprint.text);
}

Error wrong_row(const SignatureId& id, const HashedText& fingerprint) {
  return {ErrorCode::corruption,
          "fingerprint " + std::string(fingerprint.text) + " leads to signature " + id.to_string() +
              ", which does not answer to it; rebuild the projections with rounds-replay"};
}

}  // namespace

FingerprintLookup::FingerprintLookup(std::size_t capacity) {
  const std::size_t shards =
      std::clamp<std::size_t>(capacity / IdCache::places_per_bucket, 1, most_shards);
  for (std::size_t i = 0; i < shards; ++i) shards_.emplace_back(capacity / shards);
}

std::optional<SignatureId> FingerprintLookup::recall(const HashedText& fingerprint) {
  Shard& shard = shard_of(fingerprint);
  const std::lock_guard lock(shard.mutex);
  return shard.ids.find(fingerprint.hash);
}

void FingerprintLookup::remember(const HashedText& fingerprint, const SignatureId& id) {
  Shard& shard = shard_of(fingerprint);
  const std::lock_guard lock(shard.mutex);
  shard.ids.put(fingerprint.hash, id);
}

Result<std::optional<Signature>> FingerprintLookup::find(const ProjectionSnapshot& disk,
                                                         const HashedText& fingerprint) {
  if (const auto recalled = recall(fingerprint)) {
    auto row = disk.get_signature(*recalled);
    if (!row || is_of(*row, fingerprint)) return row;
  }
  const auto id = disk.get_id(fingerprint.text);
  if (!id) return std::unexpected(id.error());
  if (!*id) return std::optional<Signature>{};
  auto rows = disk.get_signatures(std::span(&**id, 1), RowReader::query);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::optional<Signature> row = std::move(rows->front());
  if (!is_of(row, fingerprint)) return std::unexpected(wrong_row(**id, fingerprint));
  remember(fingerprint, **id);
  return row;
}

Result<std::vector<std::optional<Signature>>> FingerprintLookup::find(
    const ProjectionSnapshot& disk, std::span<const HashedText> fingerprints) {
  std::vector<std::optional<Signature>> signatures(fingerprints.size());
  if (auto read = read_recalled(disk, fingerprints, signatures); !read) {
    return std::unexpected(std::move(read.error()));
  }
  std::vector<std::string_view> texts;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < fingerprints.size(); ++i) {
    if (signatures[i]) continue;
    texts.push_back(fingerprints[i].text);
    places.push_back(i);
  }
  const auto found = disk.find_ids(texts, RowReader::writer);
  if (!found) return std::unexpected(found.error());
  std::vector<SignatureId> ids;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < found->size(); ++i) {
    const std::optional<SignatureId>& id = (*found)[i];
    if (!id) continue;
    ids.push_back(*id);
    places[kept++] = places[i];
  }
  auto rows = disk.get_signatures(ids, RowReader::writer);
  if (!rows) return std::unexpected(std::move(rows.error()));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const HashedText& fingerprint = fingerprints[places[i]];
    std::optional<Signature>& signature = signatures[places[i]];
    signature = std::move((*rows)[i]);
    if (!is_of(signature, fingerprint)) return std::unexpected(wrong_row(ids[i], fingerprint));
    remember(fingerprint, ids[i]);
  }
  return signatures;
}

Result<void> FingerprintLookup::read_recalled(const ProjectionSnapshot& disk,
                                              std::span<const HashedText> fingerprints,
                                              std::vector<std::optional<Signature>>& signatures) {
  std::vector<SignatureId> ids;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < fingerprints.size(); ++i) {
    const auto recalled = recall(fingerprints[i]);
    if (!recalled) continue;
    ids.push_back(*recalled);
    places.push_back(i);
  }
  auto rows = disk.find_signatures(ids, RowReader::writer);
  if (!rows) return std::unexpected(std::move(rows.error()));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (is_of((*rows)[i], fingerprints[places[i]])) signatures[places[i]] = std::move((*rows)[i]);
  }
  return {};
}

}  // namespace rounds
