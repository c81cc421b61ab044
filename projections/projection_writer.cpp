#include "projections/projection_writer.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "projections/index_key.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/row_codec.hpp"

namespace rounds {
namespace {

using Entries = std::vector<const Layer::Entry*>;

// A key of an index that comes or goes.
struct IndexChange {
  IndexKey key;
  bool removed = false;
};

Result<void> write_fingerprints(RowSink& sink, const Entries& entries) {
  Entries created;
  for (const Layer::Entry* entry : entries) {
    if (!entry->below) created.push_back(entry);
  }
  std::ranges::sort(created, {}, [](const Layer::Entry* entry) {
    return std::string_view(entry->signature.identity->fingerprint);
  });
  if (auto begun = sink.begin(Projection::fingerprints); !begun) return begun;
  for (const Layer::Entry* entry : created) {
    const Signature& signature = entry->signature;
    if (auto put = sink.put(signature.identity->fingerprint, id_key(signature.id)); !put)
      return put;
  }
  return {};
}

Result<void> write_history(RowSink& sink, const Entries& by_id) {
  if (auto begun = sink.begin(Projection::history); !begun) return begun;
  for (const Layer::Entry* entry : by_id) {
    std::span<const Sequence> sequences(entry->sequences.data(), entry->sequences.size());
    Version first = entry->signature.version - sequences.size() + 1;
    while (!sequences.empty()) {
      const auto chunk = sequences.first(std::min(sequences.size(), max_history_chunk));
      auto put = sink.put(history_key(entry->signature.id, first), encode_history_chunk(chunk));
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
  for (const Layer::Entry* entry : entries) {
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

Result<void> write_index(RowSink& sink, const Entries& entries, Projection index) {
  if (auto begun = sink.begin(index); !begun) return begun;
  for (const IndexChange& change : index_changes(entries, index)) {
    const std::string key = index == Projection::by_status
                                ? encode_by_status_key(change.key.position)
                                : encode_by_service_key(change.key);
    auto written = change.removed ? sink.remove(key) : sink.put(key, "");
    if (!written) return written;
  }
  return {};
}

}  // namespace

ProjectionWriter::ProjectionWriter(ProjectionDatabase& database, const FamilySet& families,
                                   StatsTotals totals, std::size_t smallest_layer_for_files)
    : database_(database),
      families_(families),
      totals_(std::move(totals)),
      smallest_layer_for_files_(smallest_layer_for_files) {}

Result<void> ProjectionWriter::write(const Layer& layer) {
  Entries by_id;
  by_id.reserve(layer.entries().size());
  for (const Layer::Entry& entry : layer.entries()) by_id.push_back(&entry);
  std::ranges::sort(by_id, {}, [](const Layer::Entry* entry) { return entry->signature.id; });
  const auto sink = by_id.size() < smallest_layer_for_files_ ? make_batch_sink(database_, families_)
                                                             : make_file_sink(database_, families_);
  if (auto written = write_rows(*sink, by_id); !written) return written;
  if (auto written = write_fingerprints(*sink, by_id); !written) return written;
  if (auto written = write_index(*sink, by_id, Projection::by_status); !written) return written;
  if (auto written = write_index(*sink, by_id, Projection::by_service); !written) return written;
  if (auto written = write_history(*sink, by_id); !written) return written;
  if (auto written = write_totals(*sink, layer); !written) return written;
  const Sequence through = layer.through();
  if (auto committed = sink->commit(is_active() ? &through : nullptr); !committed) return committed;
  if (is_active()) database_.note_checkpoint(through);
  return {};
}

Result<void> ProjectionWriter::write_checkpoint(Sequence sequence) {
  if (!is_active() || database_.checkpoint() == sequence) return {};
  const auto sink = make_batch_sink(database_, families_);
  if (auto committed = sink->commit(&sequence); !committed) return committed;
  database_.note_checkpoint(sequence);
  return {};
}

Result<void> ProjectionWriter::write_rows(RowSink& sink, const Entries& by_id) {
  if (auto begun = sink.begin(Projection::signatures); !begun) return begun;
  RowEncoder encoder;
  for (const Layer::Entry* entry : by_id) {
    auto put = sink.put(id_key(entry->signature.id), encoder.encode(entry->signature));
    if (!put) return put;
  }
  return {};
}

Result<void> ProjectionWriter::write_totals(RowSink& sink, const Layer& layer) {
  std::set<std::string_view> changed_services;
  for (const Layer::Entry& entry : layer.entries()) {
    totals_.apply(entry.below, entry.signature);
    if (!entry.below) changed_services.insert(entry.signature.identity->service);
  }
  if (auto begun = sink.begin(Projection::stats); !begun) return begun;
  static_assert(service_key_prefix < totals_key, "the rows of the services come first");
  for (const std::string_view service : changed_services) {
    auto put = sink.put(std::string(service_key_prefix).append(service),
                        encode_service_stats_row(totals_.by_service.find(service)->second));
    if (!put) return put;
  }
  return sink.put(totals_key, encode_stats_row(totals_));
}

}  // namespace rounds
