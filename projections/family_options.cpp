#include "projections/family_options.hpp"

#include <string_view>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "projections/projection_database.hpp"

namespace rounds {
namespace {

constexpr std::size_t write_buffer_bytes = 32U << 20U;
constexpr double bloom_bits_per_key = 10;
// Of the memtable's size: some ten bits for each of the short rows of fingerprints.
constexpr double memtable_bloom_ratio = 0.02;

// Whether point reads ask the family for single keys; the others are scanned, and filters would not
// help them.
bool is_read_by_key(std::string_view family) {
  return family == rocksdb::kDefaultColumnFamilyName ||
         family.starts_with(to_string(Projection::signatures)) ||
         family.starts_with(to_string(Projection::fingerprints));
}

// Files of new rows that wait before they are merged into the others: each merge rewrites the rows
// of the next level, so fewer of them cost less, while reads look into a few more files.
constexpr int files_per_compaction = 8;

rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache,
                                            std::string_view name) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes;
  options.force_consistency_checks = true;
  options.compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  options.level0_file_num_compaction_trigger = files_per_compaction;
  // The keys of a layer come in order: with a hint each is searched for from the one before.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(0));
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  // They count as used memory of the cache, but no read has to look them up there: some five bytes
  // for each row.
  table.metadata_cache_options.unpartitioned_pinning = rocksdb::PinningTier::kAll;
  if (is_read_by_key(name)) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(bloom_bits_per_key));
    // Most keys that are asked for are not in the memtables, and a search there compares some
    // twenty keys: a bit for each of its bytes says so before.
    options.memtable_prefix_bloom_size_ratio = memtable_bloom_ratio;
    options.memtable_whole_key_filtering = true;
    // Finds a key within a block by its hash instead of a search that compares.
    table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  }
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

std::vector<rocksdb::ColumnFamilyDescriptor> families_of(
    const std::vector<std::string>& names, const std::shared_ptr<rocksdb::Cache>& cache) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(names.size());
  for (const std::string& name : names) families.emplace_back(name, family_options(cache, name));
  return families;
}

}  // namespace rounds
