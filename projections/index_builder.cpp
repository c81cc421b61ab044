#include "projections/index_builder.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <rocksdb/write_batch.h>

#include "core/check.hpp"
#include "eventlog/rocksdb_status.hpp"
#include "projections/index_key.hpp"
#include "projections/row_codec.hpp"

namespace rounds {
namespace {

constexpr const char* doing = "building an index";

// Bounds the memory that keys take on their way to the disk.
constexpr std::size_t batch_bytes = 4U << 20U;

std::vector<std::string> keys_of(const Signature& signature, Projection index) {
  const auto position = IndexPosition::of(signature);
  if (index == Projection::by_status) return {encode_by_status_key(position)};
  std::vector<std::string> keys;
  if (index == Projection::by_tag) {
    keys.reserve(signature.tags.size());
    for (const Facet facet : tag_facets_of(signature.tags)) {
      keys.push_back(encode_by_facet_key({facet, position}));
    }
    return keys;
  }
  for (const Facet facet : facets_of(*signature.identity)) {
    if (facet != facet_of_all) keys.push_back(encode_by_facet_key({facet, position}));
  }
  return keys;
}

Result<Signature> read_row(const rocksdb::Iterator& rows) {
  SignatureId id;
  const std::string_view key = rows.key().ToStringView();
  if (key.size() != id.bytes.size()) {
    return fail(ErrorCode::corruption, "a key of the rows is damaged; run rounds-replay");
  }
  std::ranges::copy(key, id.bytes.begin());
  return decode_signature_row(id, rows.value().ToStringView());
}

}  // namespace

Result<void> build_index(ProjectionDatabase& database, const FamilySet& target, Projection index) {
  ROUNDS_CHECK(is_index(index), "only an index is built from the rows");
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> rows(database.database().NewIterator(
      options, family_of(database.active(), Projection::signatures)));
  rocksdb::WriteBatch batch;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const auto signature = read_row(*rows);
    if (!signature) return std::unexpected(signature.error());
    for (const std::string& key : keys_of(*signature, index)) {
      auto put = check_status(batch.Put(family_of(target, index), key, rocksdb::Slice()), doing);
      if (!put) return put;
    }
    if (batch.GetDataSize() < batch_bytes) continue;
    if (auto written = database.write(batch); !written) return written;
    batch.Clear();
  }
  if (auto read = check_status(rows->status(), doing); !read) return read;
  return database.write(batch);
}

}  // namespace rounds
