#include "projections/projection_snapshot.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "eventlog/rocksdb_status.hpp"
#include "projections/row_codec.hpp"

namespace rounds {
namespace {

// Rows read by one call: bounds the memory that their blocks pin.
constexpr std::size_t keys_per_read = 1024;

// Damage that opening did not meet, with the way out.
Error from_read(const rocksdb::Status& status, std::string_view doing) {
  Error error = from_status(status, doing);
  if (error.code == ErrorCode::corruption) {
    error.message += "; rebuild the projections with rounds-replay";
  }
  return error;
}

Result<void> check_read(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return {};
  return std::unexpected(from_read(status, doing));
}

}  // namespace

// Of an IndexScan: keys in [lower, upper).
struct IndexScan::Bounds {
  std::string lower;
  std::string upper;
  rocksdb::Slice lower_slice;
  rocksdb::Slice upper_slice;
};

IndexScan::IndexScan(bool with_facet, std::unique_ptr<Bounds> bounds,
                     std::unique_ptr<rocksdb::Iterator> iterator)
    : with_facet_(with_facet), bounds_(std::move(bounds)), iterator_(std::move(iterator)) {
  iterator_->Seek(bounds_->lower_slice);
}

IndexScan::~IndexScan() = default;
IndexScan::IndexScan(IndexScan&&) noexcept = default;
IndexScan& IndexScan::operator=(IndexScan&&) noexcept = default;

Result<std::optional<IndexPosition>> IndexScan::next() {
  if (!iterator_->Valid()) {
    if (auto status = check_read(iterator_->status(), "reading an index"); !status) {
      return std::unexpected(status.error());
    }
    return std::optional<IndexPosition>{};
  }
  const std::string_view bytes = iterator_->key().ToStringView();
  std::optional<IndexPosition> position;
  if (with_facet_) {
    const auto key = decode_by_facet_key(bytes);
    if (!key) return std::unexpected(key.error());
    position = key->position;
  } else {
    const auto decoded = decode_by_status_key(bytes);
    if (!decoded) return std::unexpected(decoded.error());
    position = *decoded;
  }
  iterator_->Next();
  return position;
}

ProjectionSnapshot::ProjectionSnapshot(const ProjectionDatabase& database,
                                       const FamilySet& families)
    : database_(&database.database()),
      readers_(database.readers()),
      families_(families),
      snapshot_(database_) {
  find_beginnings();
}

void ProjectionSnapshot::find_beginnings() {
  for (const Status status : all_statuses) {
    beginnings_[static_cast<std::size_t>(status)].status = status;
  }
  const std::unique_ptr<rocksdb::Iterator> index(
      database_->NewIterator(read_options(), family(Projection::by_status)));
  for (const Status status : all_statuses) {
    IndexPosition& beginning = beginnings_[static_cast<std::size_t>(status)];
    index->Seek(encode_by_status_key(beginning));
    // What cannot be read is reported by the scan that needs it.
    if (!index->status().ok()) return;
    constexpr std::uint64_t behind_all = std::numeric_limits<std::uint64_t>::max();
    beginning.inverted_last_seen = behind_all;
    if (!index->Valid()) continue;
    const auto first = decode_by_status_key(index->key().ToStringView());
    if (!first) {
      beginning.inverted_last_seen = 0;
    } else if (first->status == status) {
      beginning.inverted_last_seen = first->inverted_last_seen;
    }
  }
}

rocksdb::ReadOptions ProjectionSnapshot::read_options() const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_.snapshot();
  return options;
}

Result<std::optional<Signature>> ProjectionSnapshot::get_signature(const SignatureId& id) const {
  rocksdb::PinnableSlice row;
  const auto status = database_->Get(read_options(), family(Projection::signatures),
                                     rocksdb::Slice(id_key(id)), &row);
  if (status.IsNotFound()) return std::optional<Signature>{};
  if (!status.ok()) return std::unexpected(from_read(status, "reading a signature"));
  auto signature = decode_signature_row(id, row.ToStringView());
  if (!signature) return std::unexpected(std::move(signature.error()));
  return std::optional(*std::move(signature));
}

template <typename Take>
Result<void> ProjectionSnapshot::read_many(Projection projection, RowReader reader,
                                           std::span<const rocksdb::Slice> keys,
                                           const Take& take) const {
  std::vector<rocksdb::PinnableSlice> values(std::min(keys.size(), keys_per_read));
  std::vector<rocksdb::Status> statuses(values.size());
  rocksdb::ReadOptions options = read_options();
  options.fill_cache = reader == RowReader::query;
  for (std::size_t begin = 0; begin < keys.size(); begin += keys_per_read) {
    const auto some = keys.subspan(begin, std::min(keys_per_read, keys.size() - begin));
    database_->MultiGet(options, family(projection), some.size(), some.data(), values.data(),
                        statuses.data());
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (statuses[i].IsNotFound()) continue;
      if (!statuses[i].ok()) {
        return std::unexpected(
            from_read(statuses[i], fmt::format("reading {}", to_string(projection))));
      }
      if (auto taken = take(begin + i, values[i].ToStringView()); !taken) return taken;
      values[i].Reset();
    }
  }
  return {};
}

Result<std::vector<std::optional<Signature>>> ProjectionSnapshot::find_signatures(
    std::span<const SignatureId> ids, RowReader reader) const {
  std::vector<rocksdb::Slice> keys;
  keys.reserve(ids.size());
  for (const SignatureId& id : ids) keys.emplace_back(id_key(id));
  std::vector<std::optional<Signature>> signatures(ids.size());
  const auto take = [&](std::size_t place, std::string_view row) -> Result<void> {
    auto signature = decode_signature_row(ids[place], row);
    if (!signature) return std::unexpected(std::move(signature.error()));
    signatures[place] = *std::move(signature);
    return {};
  };
  if (auto read = read_many(Projection::signatures, reader, keys, take); !read) {
    return std::unexpected(std::move(read.error()));
  }
  return signatures;
}

Result<std::vector<Signature>> ProjectionSnapshot::get_signatures(std::span<const SignatureId> ids,
                                                                  RowReader reader) const {
  auto found = find_signatures(ids, reader);
  if (!found) return std::unexpected(std::move(found.error()));
  std::vector<Signature> signatures;
  signatures.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::optional<Signature>& signature = (*found)[i];
    if (!signature) {
      return fail(
          ErrorCode::corruption,
          fmt::format("an index names signature {}, which has no row; rebuild the projections "
                      "with rounds-replay",
                      ids[i].to_string()));
    }
    signatures.push_back(*std::move(signature));
  }
  return signatures;
}

Result<std::optional<SignatureId>> ProjectionSnapshot::get_id(std::string_view fingerprint) const {
  const auto ids = find_ids(std::span(&fingerprint, 1), RowReader::query);
  if (!ids) return std::unexpected(ids.error());
  return ids->front();
}

Result<std::vector<std::optional<SignatureId>>> ProjectionSnapshot::find_ids(
    std::span<const std::string_view> fingerprints, RowReader reader) const {
  const std::vector<rocksdb::Slice> keys(fingerprints.begin(), fingerprints.end());
  std::vector<std::optional<SignatureId>> ids(fingerprints.size());
  const auto take = [&](std::size_t place, std::string_view value) -> Result<void> {
    SignatureId id;
    if (value.size() != id.bytes.size()) {
      return fail(ErrorCode::corruption,
                  fmt::format("the entry of fingerprint {} has {} bytes; rebuild "
                              "the projections with rounds-replay",
                              fingerprints[place], value.size()));
    }
    std::ranges::copy(value, id.bytes.begin());
    ids[place] = id;
    return {};
  };
  if (auto read = read_many(Projection::fingerprints, reader, keys, take); !read) {
    return std::unexpected(std::move(read.error()));
  }
  return ids;
}

IndexScan ProjectionSnapshot::scan(Projection index, Facet facet, Status status,
                                   const std::optional<PageCursor>& after) const {
  const bool with_facet = index != Projection::by_status;
  const auto encode = [&](const IndexPosition& position) {
    return with_facet ? encode_by_facet_key({facet, position}) : encode_by_status_key(position);
  };
  auto bounds = std::make_unique<IndexScan::Bounds>();
  bounds->lower = encode(beginnings_[static_cast<std::size_t>(status)]);
  if (after) {
    // The smallest key behind that of the cursor.
    bounds->lower = std::max(bounds->lower, encode(IndexPosition::at(status, *after)) + '\0');
  }
  // The next number after a status sorts behind all keys of the status.
  const auto next_status = static_cast<Status>(static_cast<std::uint8_t>(status) + 1);
  bounds->upper = encode(IndexPosition{next_status, 0, 0, {}});
  bounds->lower_slice = bounds->lower;
  bounds->upper_slice = bounds->upper;
  rocksdb::ReadOptions options = read_options();
  options.iterate_lower_bound = &bounds->lower_slice;
  options.iterate_upper_bound = &bounds->upper_slice;
  std::unique_ptr<rocksdb::Iterator> iterator(database_->NewIterator(options, family(index)));
  return IndexScan(with_facet, std::move(bounds), std::move(iterator));
}

Result<std::vector<Sequence>> ProjectionSnapshot::get_history(const SignatureId& id, Version after,
                                                              std::size_t limit) const {
  std::vector<Sequence> sequences;
  const std::string lower = history_key(id, 0);
  const rocksdb::Slice lower_slice = lower;
  rocksdb::ReadOptions options = read_options();
  options.iterate_lower_bound = &lower_slice;
  const std::unique_ptr<rocksdb::Iterator> chunks(
      database_->NewIterator(options, family(Projection::history)));
  Version version = after + 1;
  // The chunk that holds `version` is the last one that begins at or before it.
  for (chunks->SeekForPrev(history_key(id, version));
       sequences.size() < limit && chunks->Valid() && chunks->key().starts_with(id_key(id));
       chunks->Next()) {
    const Version first = load_big_endian(chunks->key().ToStringView().substr(16));
    const auto chunk = decode_history_chunk(chunks->value().ToStringView());
    if (!chunk) return std::unexpected(chunk.error());
    if (first > version) {
      return fail(ErrorCode::corruption,
                  fmt::format("the history index of signature {} lacks version {}; rebuild it with "
                              "rounds-replay",
                              id.to_string(), version));
    }
    for (Version i = version - first; i < chunk->size() && sequences.size() < limit; ++i) {
      sequences.push_back((*chunk)[i]);
      ++version;
    }
  }
  if (auto status = check_read(chunks->status(), "reading a history"); !status) {
    return std::unexpected(status.error());
  }
  return sequences;
}

Result<StatsTotals> ProjectionSnapshot::get_totals() const {
  rocksdb::PinnableSlice row;
  const auto status =
      database_->Get(read_options(), family(Projection::stats), rocksdb::Slice(totals_key), &row);
  if (status.IsNotFound()) return StatsTotals{};
  if (!status.ok()) return std::unexpected(from_read(status, "reading the totals"));
  auto totals = decode_stats_row(row.ToStringView());
  if (!totals) return totals;
  const std::unique_ptr<rocksdb::Iterator> services(
      database_->NewIterator(read_options(), family(Projection::stats)));
  for (services->Seek(rocksdb::Slice(service_key_prefix));
       services->Valid() && services->key().starts_with(rocksdb::Slice(service_key_prefix));
       services->Next()) {
    const auto count = decode_service_stats_row(services->value().ToStringView());
    if (!count) return std::unexpected(count.error());
    totals->by_service.emplace(services->key().ToStringView().substr(service_key_prefix.size()),
                               *count);
  }
  if (auto read = check_read(services->status(), "reading the totals"); !read) {
    return std::unexpected(read.error());
  }
  return totals;
}

DatabaseMetrics ProjectionSnapshot::metrics() const {
  return database_metrics(*database_, families_);
}

std::string history_key(const SignatureId& id, Version first_version) {
  std::string key(id_key(id));
  append_big_endian(key, first_version);
  return key;
}

std::string_view id_key(const SignatureId& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

}  // namespace rounds
