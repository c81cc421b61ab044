#include "projections/row_sorter.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/check.hpp"

namespace rounds {
namespace {

constexpr std::size_t header_bytes = 4;

// Bytes `begin` to `begin` + 7 of the key as a number that orders as they do; zeros behind its end.
std::uint64_t number_at(std::string_view key, std::size_t begin) {
  std::uint64_t number = 0;
  if (key.size() > begin) {
    std::memcpy(&number, key.data() + begin, std::min<std::size_t>(8, key.size() - begin));
  }
  return std::byteswap(number);
}

std::uint16_t size_at(const char* bytes) {
  std::uint16_t size = 0;
  std::memcpy(&size, bytes, sizeof(size));
  return size;
}

}  // namespace

RowSorter::RowSorter(const rocksdb::Options& options, std::filesystem::path directory,
                     std::string prefix, std::size_t max_memory_bytes)
    : options_(options),
      directory_(std::move(directory)),
      prefix_(std::move(prefix)),
      max_memory_bytes_(max_memory_bytes) {}

std::string_view RowSorter::key_of(const Entry& entry) {
  return {entry.bytes + header_bytes, size_at(entry.bytes)};
}

std::string_view RowSorter::value_of(const Entry& entry) {
  return {entry.bytes + header_bytes + size_at(entry.bytes), size_at(entry.bytes + 2)};
}

Result<void> RowSorter::add(std::string_view key, std::string_view value) {
  const std::size_t size = header_bytes + key.size() + value.size();
  ROUNDS_CHECK(size < (std::size_t{1} << 16U), "keys and their values are short");
  if (block_used_ + size > bytes_per_block) {
    if (memory_bytes() >= max_memory_bytes_) {
      TableFileWriter run(options_, directory_, fmt::format("{}-run{}", prefix_, runs_.size()));
      if (auto given = give_sorted(run); !given) return given;
      if (auto finished = run.finish(); !finished) return finished;
      runs_.push_back(run.paths());
    }
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes_per_block));
    block_used_ = 0;
  }
  char* bytes = blocks_.back().get() + block_used_;
  block_used_ += size;
  const auto key_size = static_cast<std::uint16_t>(key.size());
  const auto value_size = static_cast<std::uint16_t>(value.size());
  std::memcpy(bytes, &key_size, sizeof(key_size));
  std::memcpy(bytes + 2, &value_size, sizeof(value_size));
  std::ranges::copy(key, bytes + header_bytes);
  std::ranges::copy(value, bytes + header_bytes + key.size());
  entries_.push_back({number_at(key, 0), number_at(key, 8), bytes});
  return {};
}

Result<void> RowSorter::give_sorted(RowSink& sink) {
  std::ranges::sort(entries_, [](const Entry& left, const Entry& right) {
    if (left.high != right.high) return left.high < right.high;
    if (left.low != right.low) return left.low < right.low;
    return key_of(left) < key_of(right);
  });
  for (const Entry& entry : entries_) {
    if (auto added = sink.add(key_of(entry), value_of(entry)); !added) return added;
  }
  entries_.clear();
  blocks_.clear();
  block_used_ = bytes_per_block;
  return {};
}

Result<void> RowSorter::finish(RowSink& sink) {
  if (runs_.empty()) {
    if (auto given = give_sorted(sink); !given) return given;
    return sink.finish();
  }
  TableFileWriter last(options_, directory_, fmt::format("{}-run{}", prefix_, runs_.size()));
  if (auto given = give_sorted(last); !given) return given;
  if (auto finished = last.finish(); !finished) return finished;
  runs_.push_back(last.paths());
  MergedRuns merged(options_);
  for (const auto& run : std::exchange(runs_, {})) {
    if (auto added = merged.add(run); !added) return added;
  }
  merged.start();
  while (merged.valid()) {
    if (auto added = sink.add(merged.key(), merged.value()); !added) return added;
    if (auto moved = merged.next(); !moved) return moved;
  }
  return sink.finish();
}

}  // namespace rounds
