#include "bench/compare/raw_rocksdb.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>
#include <vector>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "eventlog/rocksdb_status.hpp"
#include "projections/index_key.hpp"

namespace rounds::bench {
namespace {

constexpr std::size_t write_buffer_bytes = 64U << 20U;
constexpr std::size_t block_cache_bytes = 128U << 20U;
constexpr double bloom_bits_per_key = 10;
constexpr std::size_t scan_readahead_bytes = 2U << 20U;

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

Result<RawRocksdb> RawRocksdb::open(const std::filesystem::path& directory) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = write_buffer_bytes;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(bloom_bits_per_key));
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* database = nullptr;
  const auto status = rocksdb::DB::Open(options, directory.string(), &database);
  if (!status.ok()) return std::unexpected(from_status(status, "opening the raw database"));
  return RawRocksdb(std::unique_ptr<rocksdb::DB>(database));
}

RawRocksdb::RawRocksdb(std::unique_ptr<rocksdb::DB> database) : database_(std::move(database)) {}

Result<void> RawRocksdb::write(const OccurrenceStream& stream, Acknowledgements& acknowledgements) {
  std::atomic<std::uint64_t> next = 0;
  std::array<Result<void>, raw_writers> outcomes;
  {
    std::vector<std::jthread> writers;
    writers.reserve(outcomes.size());
    for (Result<void>& outcome : outcomes) {
      writers.emplace_back([&] { outcome = write_batches(stream, next, acknowledgements); });
    }
  }
  for (Result<void>& outcome : outcomes) {
    if (!outcome) return outcome;
  }
  return {};
}

Result<void> RawRocksdb::write_batches(const OccurrenceStream& stream,
                                       std::atomic<std::uint64_t>& next,
                                       Acknowledgements& acknowledgements) {
  rocksdb::WriteBatch batch;
  while (true) {
    const std::uint64_t begin = next.fetch_add(raw_batch_records);
    if (begin >= stream.size()) return {};
    const std::uint64_t end = std::min(begin + raw_batch_records, stream.size());
    for (std::uint64_t i = begin; i < end; ++i) {
      const Record record = stream.record(i);
      batch.Put(raw_key(i), rocksdb::Slice(record.data(), record.size()));
    }
    const auto since = acknowledgements.submitted();
    const auto status = database_->Write(synced(), &batch);
    if (!status.ok()) return std::unexpected(from_status(status, "writing records"));
    acknowledgements.acknowledged(since);
    batch.Clear();
  }
}

Result<void> RawRocksdb::put(std::string_view key, std::string_view value) {
  return check_status(database_->Put(synced(), key, value), "writing a record");
}

Result<void> RawRocksdb::load(const std::vector<std::pair<std::string, std::string>>& rows) {
  for (const auto& [key, value] : rows) {
    const auto status = database_->Put({}, key, value);
    if (!status.ok()) return std::unexpected(from_status(status, "loading rows"));
  }
  if (auto flushed = check_status(database_->Flush({}), "loading rows"); !flushed) return flushed;
  return check_status(database_->CompactRange({}, nullptr, nullptr), "compacting rows");
}

Result<void> RawRocksdb::get(std::string_view key, std::string& value) {
  const auto status = database_->Get({}, key, &value);
  if (status.IsNotFound()) return fail(ErrorCode::corruption, "a row of the raw database is gone");
  return check_status(status, "reading a row");
}

Result<Totals> RawRocksdb::scan(std::uint32_t signature_count) {
  rocksdb::ReadOptions options;
  options.readahead_size = scan_readahead_bytes;
  options.fill_cache = false;
  std::vector<bool> seen(signature_count);
  Totals totals;
  const std::unique_ptr<rocksdb::Iterator> records(database_->NewIterator(options));
  for (records->SeekToFirst(); records->Valid(); records->Next()) {
    seen[number_of(records->value().ToStringView())] = true;
    ++totals.occurrences;
  }
  if (auto read = check_status(records->status(), "reading records"); !read) {
    return std::unexpected(std::move(read.error()));
  }
  totals.signatures = static_cast<std::uint64_t>(std::ranges::count(seen, true));
  return totals;
}

Result<void> RawRocksdb::close() {
  const auto status = database_->Close();
  database_.reset();
  return check_status(status, "closing the raw database");
}

std::string raw_key(std::uint64_t number) {
  std::string key;
  append_big_endian(key, number);
  return key;
}

}  // namespace rounds::bench
