#include "eventlog/watermark.hpp"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <rocksdb/file_system.h>
#include <xxhash.h>

#include "eventlog/file_system.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

// Each slot in a page of its own: disks write sectors, kernels pages.
constexpr std::size_t slot_distance = 4096;
constexpr std::size_t slot_count = 3;
constexpr std::size_t file_bytes = slot_distance * slot_count;

// Layout of a slot (docs/format.md):
//   0 magic u32 | 4 flags u32 | 8 counter u64 | 16 sequence u64 | 24 chain u64 | 32 log id (16)
//   48 checksum u64 of bytes 0 to 47
constexpr std::uint32_t watermark_magic = 0x314D5752;  // "RWM1"
constexpr std::uint32_t closed_flag = 1;
constexpr std::size_t log_id_offset = 32;
constexpr std::size_t checksum_offset = 48;
constexpr std::size_t slot_bytes = 56;
using SlotBytes = std::array<char, slot_bytes>;

struct Slot {
  std::uint64_t counter = 0;
  Watermark watermark;
};

template <typename T>
void store(SlotBytes& bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

template <typename T>
T load(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

SlotBytes encode(const Slot& slot) {
  SlotBytes bytes{};
  store(bytes, 0, watermark_magic);
  store(bytes, 4, slot.watermark.closed ? closed_flag : 0U);
  store(bytes, 8, slot.counter);
  store(bytes, 16, slot.watermark.sequence);
  store(bytes, 24, slot.watermark.chain);
  const auto& id = slot.watermark.log_id.bytes;
  std::memcpy(bytes.data() + log_id_offset, id.data(), id.size());
  store(bytes, checksum_offset, std::uint64_t{XXH3_64bits(bytes.data(), checksum_offset)});
  return bytes;
}

std::optional<Slot> decode(std::string_view bytes) {
  if (bytes.size() < slot_bytes || load<std::uint32_t>(bytes, 0) != watermark_magic ||
      load<std::uint64_t>(bytes, checksum_offset) != XXH3_64bits(bytes.data(), checksum_offset)) {
    return std::nullopt;
  }
  Slot slot;
  slot.counter = load<std::uint64_t>(bytes, 8);
  slot.watermark.closed = (load<std::uint32_t>(bytes, 4) & closed_flag) != 0;
  slot.watermark.sequence = load<std::uint64_t>(bytes, 16);
  slot.watermark.chain = load<std::uint64_t>(bytes, 24);
  auto& id = slot.watermark.log_id.bytes;
  std::memcpy(id.data(), bytes.data() + log_id_offset, id.size());
  return slot;
}

// The newest slot of a file and its number; none if there is no readable one.
std::optional<std::pair<Slot, std::size_t>> newest_slot(std::string_view bytes) {
  std::optional<std::pair<Slot, std::size_t>> newest;
  for (std::size_t i = 0; i < slot_count && i * slot_distance < bytes.size(); ++i) {
    const auto slot = decode(bytes.substr(i * slot_distance));
    if (slot && (!newest || slot->counter > newest->first.counter)) newest = {*slot, i};
  }
  return newest;
}

// A whole file whose first slot is `slot`.
std::string file_with(const Slot& slot) {
  std::string bytes(file_bytes, '\0');
  const SlotBytes encoded = encode(slot);
  bytes.replace(0, encoded.size(), encoded.data(), encoded.size());
  return bytes;
}

constexpr std::string_view writing = "writing the watermark of the log";

}  // namespace

std::filesystem::path watermark_path(const std::filesystem::path& log_directory) {
  // "data/log/" names the same directory as "data/log".
  const auto named = log_directory.has_filename() ? log_directory : log_directory.parent_path();
  return named.string() + ".watermark";
}

Result<std::optional<Watermark>> read_watermark(rocksdb::FileSystem& files,
                                                const std::filesystem::path& path) {
  const auto bytes = read_file(files, path, file_bytes);
  if (!bytes && bytes.error().code == ErrorCode::data_missing) return std::optional<Watermark>{};
  if (!bytes) return std::unexpected(bytes.error());
  const auto newest = newest_slot(*bytes);
  if (!newest) {
    return fail(ErrorCode::corruption,
                fmt::format("the watermark {} is damaged: none of its {} slots can be read",
                            path.string(), slot_count));
  }
  return std::optional(newest->first.watermark);
}

Result<std::unique_ptr<WatermarkFile>> WatermarkFile::open(rocksdb::FileSystem& files,
                                                           const std::filesystem::path& path,
                                                           const Watermark& watermark) {
  std::unique_ptr<WatermarkFile> opened(new WatermarkFile);
  const auto bytes = read_file(files, path, file_bytes);
  if (!bytes && bytes.error().code != ErrorCode::data_missing) {
    return std::unexpected(bytes.error());
  }
  const auto newest = bytes && bytes->size() == file_bytes ? newest_slot(*bytes) : std::nullopt;
  if (newest) {
    opened->counter_ = newest->first.counter;
    opened->synced_slot_ = newest->second;
  } else {
    opened->counter_ = 1;
    if (auto made = replace_file(files, path, file_with({1, watermark})); !made) {
      return std::unexpected(made.error());
    }
  }
  opened->writing_slot_ = (opened->synced_slot_ + 1) % slot_count;
  const auto status = files.NewRandomRWFile(path.string(), {}, &opened->file_, nullptr);
  if (!status.ok()) return std::unexpected(from_status(status, writing));
  // The newest slot may be in the page cache only, after a kill: it must be durable before another
  // slot is written.
  const auto synced = opened->file_->Fsync({}, nullptr);
  if (!synced.ok()) return std::unexpected(from_status(synced, writing));
  if (auto written = opened->write(watermark); !written) return std::unexpected(written.error());
  if (auto durable = opened->sync(); !durable) return std::unexpected(durable.error());
  return opened;
}

WatermarkFile::~WatermarkFile() = default;

Result<void> WatermarkFile::write(const Watermark& watermark) {
  const std::lock_guard lock(mutex_);
  const SlotBytes bytes = encode({counter_ + 1, watermark});
  const auto status =
      file_->Write(writing_slot_ * slot_distance, {bytes.data(), bytes.size()}, {}, nullptr);
  if (!status.ok()) return std::unexpected(from_status(status, writing));
  ++counter_;
  unsynced_ = true;
  return {};
}

Result<void> WatermarkFile::sync() {
  std::size_t syncing_slot = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!unsynced_) return {};
    // From now on the third slot is written to: neither the one being synced nor the synced one.
    syncing_slot = writing_slot_;
    writing_slot_ = slot_count - syncing_slot - synced_slot_;
    unsynced_ = false;
  }
  const auto status = file_->Fsync({}, nullptr);
  if (!status.ok()) return std::unexpected(from_status(status, writing));
  const std::lock_guard lock(mutex_);
  synced_slot_ = syncing_slot;
  return {};
}

}  // namespace rounds
