#include "eventlog/side_records.hpp"

#include <cstddef>
#include <cstring>

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <xxhash.h>

#include "eventlog/event_log.hpp"
#include "eventlog/frame.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

// Stands before all other keys of the family, which are words without a slash.
constexpr std::string_view key_prefix = "side/";
constexpr std::size_t number_bytes = 8;
constexpr std::size_t checksum_bytes = 8;

std::string stream_prefix(SideStream stream) {
  return fmt::format("{}{}/", key_prefix, static_cast<char>(stream));
}

}  // namespace

std::string side_record_key(SideStream stream, std::uint64_t number, std::string_view owner) {
  return stream_prefix(stream).append(owner) + frame_key(number);
}

std::optional<std::uint64_t> parse_side_record_key(SideStream stream, std::string_view key) {
  const std::string prefix = stream_prefix(stream);
  if (!key.starts_with(prefix) || key.size() != prefix.size() + number_bytes) return std::nullopt;
  return parse_frame_key(key.substr(prefix.size())).value();
}

std::string seal_side_record(std::string_view content) {
  const std::uint64_t checksum = XXH3_64bits(content.data(), content.size());
  std::string sealed;
  sealed.reserve(checksum_bytes + content.size());
  sealed.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  sealed.append(content);
  return sealed;
}

std::optional<std::string_view> open_side_record(std::string_view sealed) {
  if (sealed.size() < checksum_bytes) return std::nullopt;
  std::uint64_t checksum = 0;
  std::memcpy(&checksum, sealed.data(), sizeof(checksum));
  const std::string_view content = sealed.substr(checksum_bytes);
  if (XXH3_64bits(content.data(), content.size()) != checksum) return std::nullopt;
  return content;
}

Result<std::uint64_t> EventLog::read_side_records(
    SideStream stream,
    const std::function<void(std::uint64_t number, std::string_view content)>& found) const {
  const std::string prefix = stream_prefix(stream);
  const std::unique_ptr<rocksdb::Iterator> records(database_->NewIterator({}, meta_));
  std::uint64_t damaged = 0;
  for (records->Seek(prefix); records->Valid(); records->Next()) {
    const std::string_view key = records->key().ToStringView();
    if (!key.starts_with(prefix)) break;
    const auto number = parse_side_record_key(stream, key);
    const auto content = open_side_record(records->value().ToStringView());
    if (number && content) {
      found(*number, *content);
    } else {
      ++damaged;
    }
  }
  if (auto read = check_status(records->status(), "reading side records"); !read) {
    return std::unexpected(std::move(read.error()));
  }
  return damaged;
}

std::optional<EventLog::SideRecord> EventLog::find_side_record(SideStream stream,
                                                               std::string_view owner,
                                                               std::uint64_t number) const {
  const std::string prefix = stream_prefix(stream).append(owner);
  const std::unique_ptr<rocksdb::Iterator> records(database_->NewIterator({}, meta_));
  records->SeekForPrev(side_record_key(stream, number, owner));
  for (; records->Valid(); records->Prev()) {
    const std::string_view key = records->key().ToStringView();
    if (!key.starts_with(prefix) || key.size() != prefix.size() + number_bytes) break;
    const auto content = open_side_record(records->value().ToStringView());
    if (content) {
      return SideRecord{parse_frame_key(key.substr(prefix.size())).value(), std::string(*content)};
    }
  }
  return std::nullopt;
}

}  // namespace rounds
