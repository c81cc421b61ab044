#include "store/recent_keys.hpp"

#include <algorithm>
#include <bit>
#include <ranges>

#include "core/check.hpp"

namespace rounds {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

// A record (docs/format.md): its time, then for each note its kind and the two halves of the key.
constexpr std::size_t time_bytes = 8;
constexpr std::size_t note_bytes = 1 + 8 + 8;

// In the kind of a note: the key was not known.
constexpr std::uint8_t new_key_bit = 0x80;

// So many records that are of no use any more are deleted at once: a deletion of a range costs
// about as much whatever is in it.
constexpr std::uint64_t records_deleted_at_once = 256;

// Room for the numbers of records behind damage that nobody could read.
constexpr std::uint64_t unread_records = std::uint64_t{1} << 32U;

template <typename T>
void append_value(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
T take_value(std::string_view& bytes) {
  T value{};
  bytes.copy(reinterpret_cast<char*>(&value), sizeof(value));
  bytes.remove_prefix(sizeof(value));
  return value;
}

}  // namespace

Result<std::uint64_t> RecentKeys::load(const EventLog& log) {
  bool is_first = true;
  auto damaged =
      log.read_side_records(stream_, [&](std::uint64_t number, std::string_view content) {
        if (is_first) first_record_ = number;
        is_first = false;
        read_record(number, content);
      });
  if (damaged || damaged.error().code != ErrorCode::corruption) return damaged;
  next_record_ += unread_records;
  return 1;
}

void RecentKeys::read_record(std::uint64_t number, std::string_view content) {
  next_record_ = number + 1;
  // Not damage, which its checksum would tell: a later release may write something else.
  if (content.size() < time_bytes || (content.size() - time_bytes) % note_bytes != 0) return;
  begin_group(timestamp_from_microseconds(take_value<std::int64_t>(content)));
  std::size_t new_keys = 0;
  while (!content.empty()) {
    const auto kind = take_value<std::uint8_t>(content);
    const auto note = static_cast<KeyNote>(kind & ~new_key_bit);
    const bool is_new = (kind & new_key_bit) != 0;
    RepetitionKey key;
    key.high = take_value<std::uint64_t>(content);
    key.low = take_value<std::uint64_t>(content);
    // What counts on a key that was forgotten since says nothing.
    if (note > KeyNote::on_log_record || counts_.contains(key) == is_new) continue;
    apply(note, counts_[key]);
    if (!is_new) continue;
    order_.push_back(key);
    ++new_keys;
  }
  keep(number, new_keys);
}

void RecentKeys::begin_group(Timestamp time) {
  ROUNDS_CHECK(changes_.empty(), "the group before was committed or taken back");
  group_time_ = time;
  has_forgotten_ = false;
  while (!slices_.empty() && time - slices_.front().time > window_) {
    for (; slices_.front().keys > 0; --slices_.front().keys) forget_oldest_key();
    slices_.pop_front();
    has_forgotten_ = true;
  }
}

RecentKeys::Count RecentKeys::note(const RepetitionKey& key, KeyNote note) {
  const auto [entry, is_new] = counts_.try_emplace(key);
  apply(note, entry->second);
  changes_.push_back({key, note, is_new});
  return entry->second;
}

void RecentKeys::apply(KeyNote note, Count& count) {
  if (note == KeyNote::on_span_event) ++count.on_span_event;
  if (note == KeyNote::on_log_record) ++count.on_log_record;
}

void RecentKeys::add_to(EventGroup& events) {
  if (!has_changes()) return;
  events.put_side_record(stream_, next_record_, encode_changes());
  const std::uint64_t end = slices_.empty() ? next_record_ : slices_.front().record;
  if (end - first_record_ < records_deleted_at_once) return;
  events.delete_side_records(stream_, first_record_, end);
  // Were the group to fail, the store would take no further write.
  first_record_ = end;
}

std::string RecentKeys::encode_changes() const {
  std::string content;
  content.reserve(time_bytes + (changes_.size() * note_bytes));
  append_value(content, std::int64_t{group_time_.time_since_epoch().count()});
  for (const Change& change : changes_) {
    const auto kind = static_cast<std::uint8_t>(change.note);
    append_value(content, static_cast<std::uint8_t>(kind | (change.is_new ? new_key_bit : 0)));
    append_value(content, change.key.high);
    append_value(content, change.key.low);
  }
  return content;
}

void RecentKeys::commit() {
  if (!has_changes()) return;
  std::size_t new_keys = 0;
  for (const Change& change : changes_) {
    if (!change.is_new) continue;
    order_.push_back(change.key);
    ++new_keys;
  }
  changes_.clear();
  keep(next_record_++, new_keys);
}

void RecentKeys::keep(std::uint64_t record, std::size_t new_keys) {
  last_time_ = group_time_;
  has_forgotten_ = false;
  // Also without new keys: what it counts belongs to older ones, and is kept no shorter than they.
  slices_.push_back({record, group_time_, new_keys});
  while (order_.size() > most_keys_) {
    while (slices_.front().keys == 0) slices_.pop_front();
    --slices_.front().keys;
    ++forgotten_early_;
    forget_oldest_key();
  }
}

void RecentKeys::forget_oldest_key() {
  counts_.erase(order_.front());
  order_.pop_front();
}

void RecentKeys::roll_back() {
  for (const Change& change : std::views::reverse(changes_)) {
    const auto entry = counts_.find(change.key);
    if (change.is_new) {
      counts_.erase(entry);
      continue;
    }
    if (change.note == KeyNote::on_span_event) --entry->second.on_span_event;
    if (change.note == KeyNote::on_log_record) --entry->second.on_log_record;
  }
  changes_.clear();
}

}  // namespace rounds
