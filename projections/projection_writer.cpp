#include "projections/projection_writer.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "core/prefetch.hpp"
#include "projections/index_key.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/row_codec.hpp"

namespace rounds {
namespace {

using Entries = std::vector<const Layer::Entry*>;

// A row of some 350 bytes, six index keys of 50 bytes each, and the history.
constexpr std::size_t batch_bytes_per_signature = 704;

// A key of an index that comes or goes.
struct IndexChange {
  IndexKey key;
  bool removed = false;
};

Entries sorted_by_id(const Layer& layer) {
  std::vector<std::pair<SignatureId, const Layer::Entry*>> keyed;
  keyed.reserve(layer.entries().size());
  for (const Layer::Entry& entry : layer.entries()) keyed.emplace_back(entry.signature.id, &entry);
  std::ranges::sort(keyed);
  Entries entries;
  entries.reserve(keyed.size());
  for (const auto& [id, entry] : keyed) entries.push_back(entry);
  return entries;
}

// Says that the entry some places behind `place` will be needed soon, and with it its identity.
void prefetch_entry(const Entries& entries, std::size_t place) {
  if (place + 2 * prefetch_distance < entries.size()) {
    prefetch(entries[place + 2 * prefetch_distance]);
  }
  if (place + prefetch_distance < entries.size()) {
    prefetch(entries[place + prefetch_distance]->signature.identity.get());
  }
}

Result<void> write_fingerprints(RowBatch& batch, const Entries& entries) {
  std::vector<std::pair<std::string_view, const SignatureId*>> added;
  for (const Layer::Entry* entry : entries) {
    const Signature& signature = entry->signature;
    if (!entry->below) added.emplace_back(signature.identity->fingerprint, &signature.id);
    for (const std::string& alias : aliases_of(signature).subspan(entry->aliases_below)) {
      added.emplace_back(alias, &signature.id);
    }
  }
  std::ranges::sort(added);
  batch.begin(Projection::fingerprints);
  for (const auto& [fingerprint, id] : added) {
    if (auto put = batch.put(fingerprint, id_key(*id)); !put) return put;
  }
  return {};
}

Result<void> write_history(RowBatch& batch, const Entries& by_id) {
  batch.begin(Projection::history);
  for (std::size_t place = 0; place < by_id.size(); ++place) {
    prefetch_entry(by_id, place);
    const Layer::Entry* entry = by_id[place];
    std::span<const Sequence> sequences(entry->sequences.data(), entry->sequences.size());
    Version first = entry->signature.version - sequences.size() + 1;
    while (!sequences.empty()) {
      const auto chunk = sequences.first(std::min(sequences.size(), max_history_chunk));
      auto put = batch.put(history_key(entry->signature.id, first), encode_history_chunk(chunk));
      if (!put) return put;
      first += chunk.size();
      sequences = sequences.subspan(chunk.size());
    }
  }
  return {};
}

// The changes of the index over all signatures, or of the one by service.
std::vector<IndexChange> index_changes(const Entries& entries, Projection index) {
  const bool of_all = index == Projection::by_status;
  std::vector<IndexChange> changes;
  changes.reserve(entries.size() * (of_all ? 2 : 2 * (facets_per_signature - 1)));
  for (std::size_t place = 0; place < entries.size(); ++place) {
    prefetch_entry(entries, place);
    const Layer::Entry* entry = entries[place];
    const auto position = IndexPosition::of(entry->signature);
    if (position == entry->below) continue;
    const auto add = [&](Facet facet) {
      if (entry->below) changes.push_back({{facet, *entry->below}, true});
      changes.push_back({{facet, position}, false});
    };
    if (of_all) {
      add(facet_of_all);
      continue;
    }
    for (const Facet facet : facets_of(*entry->signature.identity)) {
      if (facet != facet_of_all) add(facet);
    }
  }
  std::ranges::sort(changes, {}, &IndexChange::key);
  return changes;
}

// The changes of the index by tag.
std::vector<IndexChange> tag_changes(const Layer& layer, const Entries& entries) {
  std::vector<IndexChange> changes;
  for (const Layer::Entry* entry : entries) {
    const std::span<const Facet> before = layer.tags_below(*entry);
    if (before.empty() && entry->signature.tags.empty()) continue;
    const auto position = IndexPosition::of(entry->signature);
    const TagFacets after = tag_facets_of(entry->signature.tags);
    const bool stays = position == entry->below;
    for (const Facet facet : before) {
      if (stays && std::ranges::binary_search(after, facet)) continue;
      changes.push_back({{facet, *entry->below}, true});
    }
    for (const Facet facet : after) {
      if (stays && std::ranges::binary_search(before, facet)) continue;
      changes.push_back({{facet, position}, false});
    }
  }
  std::ranges::sort(changes, {}, &IndexChange::key);
  return changes;
}

Result<void> write_index(RowBatch& batch, const std::vector<IndexChange>& changes,
                         Projection index) {
  batch.begin(index);
  for (const IndexChange& change : changes) {
    const std::string key = index == Projection::by_status
                                ? encode_by_status_key(change.key.position)
                                : encode_by_facet_key(change.key);
    auto written = change.removed ? batch.remove(key) : batch.put(key, "");
    if (!written) return written;
  }
  return {};
}

Result<void> write_indexes(RowBatch& batch, const Layer& layer, const Entries& entries) {
  for (const Projection index : {Projection::by_status, Projection::by_service}) {
    if (auto written = write_index(batch, index_changes(entries, index), index); !written)
      return written;
  }
  if (!layer.has_tags()) return {};
  return write_index(batch, tag_changes(layer, entries), Projection::by_tag);
}

}  // namespace

ProjectionWriter::ProjectionWriter(ProjectionDatabase& database, const FamilySet& families,
                                   StatsTotals totals)
    : database_(database), families_(families), totals_(std::move(totals)) {}

Result<void> ProjectionWriter::write(const Layer& layer) {
  const Entries by_id = sorted_by_id(layer);
  RowBatch batch(database_, families_, by_id.size() * batch_bytes_per_signature);
  if (auto written = write_rows(batch, by_id); !written) return written;
  if (auto written = write_fingerprints(batch, by_id); !written) return written;
  if (auto written = write_indexes(batch, layer, by_id); !written) return written;
  if (auto written = write_history(batch, by_id); !written) return written;
  if (auto written = write_totals(batch, layer); !written) return written;
  const Sequence through = layer.through();
  if (auto committed = batch.commit(is_active() ? &through : nullptr); !committed) return committed;
  if (is_active()) database_.note_checkpoint(through);
  return {};
}

Result<void> ProjectionWriter::write_rows(RowBatch& batch, const Entries& by_id) {
  batch.begin(Projection::signatures);
  RowEncoder encoder;
  for (std::size_t place = 0; place < by_id.size(); ++place) {
    prefetch_entry(by_id, place);
    const Layer::Entry* entry = by_id[place];
    auto put = batch.put(id_key(entry->signature.id), encoder.encode(entry->signature));
    if (!put) return put;
  }
  return {};
}

Result<void> ProjectionWriter::write_totals(RowBatch& batch, const Layer& layer) {
  std::set<std::string_view> changed_services;
  for (const Layer::Entry& entry : layer.entries()) {
    totals_.apply(entry.below, entry.signature);
    if (!entry.below) changed_services.insert(entry.signature.identity->service);
  }
  batch.begin(Projection::stats);
  static_assert(service_key_prefix < totals_key, "the rows of the services come first");
  for (const std::string_view service : changed_services) {
    auto put = batch.put(std::string(service_key_prefix).append(service),
                         encode_service_stats_row(totals_.by_service.find(service)->second));
    if (!put) return put;
  }
  return batch.put(totals_key, encode_stats_row(totals_));
}

}  // namespace rounds
