#include "projections/projection_writer.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include <rocksdb/write_batch.h>

#include "eventlog/rocksdb_status.hpp"
#include "projections/index_key.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/row_codec.hpp"

namespace rounds {
namespace {

// Signatures per batch: large enough that the cost of a write is shared, small enough that it takes
// about a millisecond.
constexpr std::size_t signatures_per_batch = 256;

}  // namespace

ProjectionWriter::ProjectionWriter(ProjectionDatabase& database, const FamilySet& families,
                                   StatsTotals totals)
    : database_(database), families_(families), totals_(std::move(totals)) {}

Result<void> ProjectionWriter::write(const Layer& layer) {
  // In the order of the keys: neighbouring rows are then written together.
  std::vector<const Layer::Entry*> entries;
  entries.reserve(layer.entries().size());
  for (const auto& [id, entry] : layer.entries()) entries.push_back(&entry);
  std::ranges::sort(entries, {}, [](const Layer::Entry* entry) { return entry->signature.id; });
  rocksdb::WriteBatch batch;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    put_entry(batch, *entries[i]);
    const bool last = i + 1 == entries.size();
    if (!last && (i + 1) % signatures_per_batch != 0) continue;
    put_totals(batch);
    if (last && is_active()) database_.put_checkpoint(batch, layer.through());
    if (auto committed = commit(batch); !committed) return committed;
  }
  if (is_active()) database_.note_checkpoint(layer.through());
  return {};
}

Result<void> ProjectionWriter::write_checkpoint(Sequence sequence) {
  if (!is_active() || database_.checkpoint() == sequence) return {};
  rocksdb::WriteBatch batch;
  database_.put_checkpoint(batch, sequence);
  if (auto committed = commit(batch); !committed) return committed;
  database_.note_checkpoint(sequence);
  return {};
}

void ProjectionWriter::put_entry(rocksdb::WriteBatch& batch, const Layer::Entry& entry) {
  const Signature& signature = entry.signature;
  const auto key = id_key(signature.id);
  batch.Put(family(Projection::signatures), rocksdb::Slice(key), encode_signature_row(signature));
  if (!entry.below) {
    batch.Put(family(Projection::fingerprints), signature.identity->fingerprint,
              rocksdb::Slice(key));
    changed_services_.insert(signature.identity->service);
  }
  put_index(batch, entry);
  put_history(batch, entry);
  totals_.apply(entry.below ? &*entry.below : nullptr, signature);
}

void ProjectionWriter::put_index(rocksdb::WriteBatch& batch, const Layer::Entry& entry) const {
  const SignatureIdentity& identity = *entry.signature.identity;
  const auto position = IndexPosition::of(entry.signature);
  const auto old_position =
      entry.below ? std::optional(IndexPosition::of(*entry.below)) : std::nullopt;
  if (position == old_position) return;
  if (old_position) {
    for (const IndexKey& key : index_keys(identity, *old_position)) {
      if (key.facet == facet_of_all) {
        batch.Delete(family(Projection::by_status), encode_by_status_key(key.position));
      } else {
        batch.Delete(family(Projection::by_service), encode_by_service_key(key));
      }
    }
  }
  for (const IndexKey& key : index_keys(identity, position)) {
    if (key.facet == facet_of_all) {
      batch.Put(family(Projection::by_status), encode_by_status_key(key.position), "");
    } else {
      batch.Put(family(Projection::by_service), encode_by_service_key(key), "");
    }
  }
}

void ProjectionWriter::put_history(rocksdb::WriteBatch& batch, const Layer::Entry& entry) const {
  std::span<const Sequence> sequences = entry.sequences;
  Version first = entry.signature.version - sequences.size() + 1;
  while (!sequences.empty()) {
    const auto chunk = sequences.first(std::min(sequences.size(), max_history_chunk));
    batch.Put(family(Projection::history), history_key(entry.signature.id, first),
              encode_history_chunk(chunk));
    first += chunk.size();
    sequences = sequences.subspan(chunk.size());
  }
}

void ProjectionWriter::put_totals(rocksdb::WriteBatch& batch) {
  batch.Put(family(Projection::stats), rocksdb::Slice(totals_key), encode_stats_row(totals_));
  for (const std::string& service : changed_services_) {
    batch.Put(family(Projection::stats), std::string(service_key_prefix) + service,
              encode_service_stats_row(totals_.by_service.at(service)));
  }
  changed_services_.clear();
}

Result<void> ProjectionWriter::commit(rocksdb::WriteBatch& batch) {
  const auto status = database_.database().Write({}, &batch);
  batch.Clear();
  return check_status(status, "writing the projections");
}

}  // namespace rounds
