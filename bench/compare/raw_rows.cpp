#include "bench/compare/raw_rows.hpp"

#include <algorithm>
#include <cstring>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "eventlog/rocksdb_status.hpp"
#include "projections/index_key.hpp"
#include "projections/layer_limits.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/row_batch.hpp"
#include "projections/row_codec.hpp"

namespace rounds::bench {
namespace {

// Occurrences whose rows are read together: what a commit group of rounds has there.
constexpr std::uint64_t occurrences_per_read = 4096;
constexpr std::size_t keys_per_read = 1024;
constexpr std::size_t batch_bytes_per_row = 704;  // as projections/projection_writer.cpp

constexpr std::uint32_t no_place = 0xffffffff;

// What changes in a row; the texts behind it do not.
struct Numbers {
  std::uint64_t count = 0;
  std::uint64_t inverted_last_seen = 0;
};

SignatureId id_of(std::uint32_t number) {
  SignatureId id;
  for (std::size_t i = 0; i < sizeof(number); ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  id.bytes.back() = 1;
  return id;
}

std::uint32_t number_of(const SignatureId& id) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < sizeof(number); ++i) number = number << 8U | id.bytes[i];
  return number;
}

IndexPosition position_of(const Numbers& numbers, const SignatureId& id) {
  return {Status::new_, numbers.inverted_last_seen, ~numbers.count, id};
}

std::string row_of(const Numbers& numbers, const SignatureIdentity& identity,
                   std::size_t row_bytes) {
  std::string row;
  row.reserve(row_bytes);
  row.resize(sizeof(numbers));
  std::memcpy(row.data(), &numbers, sizeof(numbers));
  for (const std::string* text : {&identity.fingerprint, &identity.error_type, &identity.service,
                                  &identity.message_template, &identity.stack_hash}) {
    row.append(*text);
  }
  if (row.size() < row_bytes) row.resize(row_bytes);
  return row;
}

struct IndexChange {
  IndexKey key;
  bool removed = false;
};
using IndexChanges = std::vector<IndexChange>;

Result<void> write_index(RowBatch& batch, Projection index, IndexChanges& changes) {
  std::ranges::sort(changes, {}, &IndexChange::key);
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

Result<Numbers> numbers_in(std::string_view row) {
  Numbers numbers;
  if (row.size() < sizeof(numbers)) {
    return fail(ErrorCode::corruption, fmt::format("a raw row has {} bytes", row.size()));
  }
  std::memcpy(&numbers, row.data(), sizeof(numbers));
  return numbers;
}

}  // namespace

struct RawRows::Layer {
  struct Entry {
    SignatureId id;
    std::optional<Numbers> before;  // on disk
    Numbers numbers;
    std::uint64_t version = 0;  // of the first one in `sequences`
    std::vector<Sequence> sequences;
  };

  explicit Layer(std::uint32_t signatures) : places(signatures, no_place) {}

  [[nodiscard]] const Entry* find(std::uint32_t number) const {
    return places[number] == no_place ? nullptr : &entries[places[number]];
  }

  // Into the order of the keys.
  void sort() {
    std::ranges::sort(entries, {}, &Entry::id);
    for (std::uint32_t place = 0; place < entries.size(); ++place) {
      places[number_of(entries[place].id)] = place;
    }
  }

  std::vector<std::uint32_t> places;  // of the signatures, by their number
  std::vector<Entry> entries;
};

Result<RawRows> RawRows::open(const std::filesystem::path& directory) {
  auto log = RawRocksdb::open(directory / "log");
  if (!log) return std::unexpected(std::move(log.error()));
  auto rows = ProjectionDatabase::open(directory / "rows", LogId{});
  if (!rows) return std::unexpected(std::move(rows.error()));
  return RawRows(*std::move(log), *std::move(rows));
}

RawRows::RawRows(RawRocksdb log, std::unique_ptr<ProjectionDatabase> rows)
    : log_(std::move(log)), rows_(std::move(rows)) {}

Result<void> RawRows::write(const OccurrenceStream& stream, Acknowledgements& acknowledgements) {
  auto logged =
      std::async(std::launch::async, [&] { return log_.write(stream, acknowledgements); });
  auto written = write_rows(stream);
  auto log_result = logged.get();
  return written ? log_result : written;
}

std::size_t RawRows::row_bytes_of(const OccurrenceStream& stream) {
  Signature signature;
  signature.identity = stream.identity(0);
  const Exemplar seen = stream.exemplar(0);
  signature.first_seen = signature.last_seen = seen.time;
  signature.occurrence_count = signature.version = signature.last_sequence = 1;
  return RowEncoder().encode(signature).size();
}

Result<void> RawRows::write_rows(const OccurrenceStream& stream) {
  row_bytes_ = row_bytes_of(stream);
  const std::size_t rows_per_layer = LayerLimits{}.signatures;
  auto active = std::make_unique<Layer>(stream.signature_count());
  std::unique_ptr<Layer> frozen;
  std::future<Result<void>> writing;
  const auto freeze = [&]() -> Result<void> {
    if (writing.valid()) {
      if (auto written = writing.get(); !written) return written;
    }
    active->sort();
    frozen = std::exchange(active, std::make_unique<Layer>(stream.signature_count()));
    writing = std::async(std::launch::async, [&] { return write_layer(stream, *frozen); });
    return {};
  };
  for (std::uint64_t begin = 0; begin < stream.size(); begin += occurrences_per_read) {
    const std::uint64_t end = std::min(begin + occurrences_per_read, stream.size());
    if (auto folded = fold(stream, begin, end, *active, frozen.get()); !folded) return folded;
    if (active->entries.size() < rows_per_layer) continue;
    if (auto begun = freeze(); !begun) return begun;
  }
  if (auto begun = freeze(); !begun) return begun;
  return writing.get();
}

Result<void> RawRows::fold(const OccurrenceStream& stream, std::uint64_t begin, std::uint64_t end,
                           Layer& layer, const Layer* below) const {
  const std::size_t first_new = layer.entries.size();
  std::vector<std::size_t> unread;
  for (std::uint64_t i = begin; i < end; ++i) {
    const std::uint32_t number = stream.number_at(i);
    std::uint32_t& place = layer.places[number];
    if (place == no_place) {
      place = static_cast<std::uint32_t>(layer.entries.size());
      Layer::Entry& entry = layer.entries.emplace_back();
      entry.id = id_of(number);
      const Layer::Entry* known = below == nullptr ? nullptr : below->find(number);
      if (known != nullptr) {
        entry.before = known->numbers;
      } else {
        unread.push_back(place);
      }
    }
    layer.entries[place].sequences.push_back(i + 1);
  }
  std::vector<rocksdb::Slice> keys;
  std::vector<rocksdb::PinnableSlice> values(keys_per_read);
  std::vector<rocksdb::Status> statuses(keys_per_read);
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  for (std::size_t start = 0; start < unread.size(); start += keys_per_read) {
    const std::size_t count = std::min(keys_per_read, unread.size() - start);
    keys.clear();
    for (std::size_t i = 0; i < count; ++i) {
      keys.emplace_back(id_key(layer.entries[unread[start + i]].id));
    }
    rows_->database().MultiGet(options, family_of(rows_->active(), Projection::signatures), count,
                               keys.data(), values.data(), statuses.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (statuses[i].IsNotFound()) continue;
      if (!statuses[i].ok()) return std::unexpected(from_status(statuses[i], "reading raw rows"));
      const auto numbers = numbers_in(values[i].ToStringView());
      if (!numbers) return std::unexpected(numbers.error());
      layer.entries[unread[start + i]].before = *numbers;
      values[i].Reset();
    }
  }
  for (std::size_t place = first_new; place < layer.entries.size(); ++place) {
    Layer::Entry& entry = layer.entries[place];
    if (entry.before) entry.numbers = *entry.before;
    entry.version = entry.numbers.count + 1;
  }
  for (std::uint64_t i = begin; i < end; ++i) {
    Numbers& numbers = layer.entries[layer.places[stream.number_at(i)]].numbers;
    ++numbers.count;
    numbers.inverted_last_seen = ~i;  // times go up with the positions
  }
  return {};
}

Result<void> RawRows::write_layer(const OccurrenceStream& stream, const Layer& layer) const {
  RowBatch batch(*rows_, rows_->active(), layer.entries.size() * batch_bytes_per_row);
  IndexChanges of_all;
  IndexChanges of_services;
  std::vector<std::pair<std::string_view, const SignatureId*>> fingerprints;
  batch.begin(Projection::signatures);
  for (const Layer::Entry& entry : layer.entries) {
    const SignatureIdentity& identity = *stream.identity(number_of(entry.id));
    auto put = batch.put(id_key(entry.id), row_of(entry.numbers, identity, row_bytes_));
    if (!put) return put;
    for (const Facet facet : facets_of(identity)) {
      IndexChanges& changes = facet == facet_of_all ? of_all : of_services;
      if (entry.before) changes.push_back({{facet, position_of(*entry.before, entry.id)}, true});
      changes.push_back({{facet, position_of(entry.numbers, entry.id)}, false});
    }
    if (!entry.before) fingerprints.emplace_back(identity.fingerprint, &entry.id);
  }
  std::ranges::sort(fingerprints);
  batch.begin(Projection::fingerprints);
  for (const auto& [fingerprint, id] : fingerprints) {
    if (auto put = batch.put(fingerprint, id_key(*id)); !put) return put;
  }
  for (const auto& [index, changes] : {std::pair(Projection::by_status, &of_all),
                                       std::pair(Projection::by_service, &of_services)}) {
    if (auto written = write_index(batch, index, *changes); !written) return written;
  }
  batch.begin(Projection::history);
  for (const Layer::Entry& entry : layer.entries) {
    auto put =
        batch.put(history_key(entry.id, entry.version), encode_history_chunk(entry.sequences));
    if (!put) return put;
  }
  return batch.commit(nullptr);
}

Result<Totals> RawRows::scan() const {
  Totals totals;
  const auto each = [&](Projection projection, const auto& take) -> Result<void> {
    const std::unique_ptr<rocksdb::Iterator> rows(
        rows_->database().NewIterator({}, family_of(rows_->active(), projection)));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      if (auto taken = take(rows->value().ToStringView()); !taken) return taken;
    }
    return check_status(rows->status(), "reading raw rows");
  };
  auto read = each(Projection::signatures, [&](std::string_view row) -> Result<void> {
    const auto numbers = numbers_in(row);
    if (!numbers) return std::unexpected(numbers.error());
    totals.occurrences += numbers->count;
    ++totals.signatures;
    return {};
  });
  std::uint64_t indexed = 0;
  if (read) {
    read = each(Projection::by_status, [&](std::string_view) -> Result<void> {
      ++indexed;
      return {};
    });
  }
  if (!read) return std::unexpected(std::move(read.error()));
  if (indexed != totals.signatures) {
    return fail(ErrorCode::corruption,
                fmt::format("{} raw rows have {} keys in the index", totals.signatures, indexed));
  }
  return totals;
}

Result<void> RawRows::close() {
  auto closed = rows_->close();
  auto log_closed = log_.close();
  return closed ? log_closed : closed;
}

}  // namespace rounds::bench
