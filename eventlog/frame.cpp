#include "eventlog/frame.hpp"

#include <bit>
#include <cstring>

#include <fmt/format.h>
#include <xxhash.h>

#include "core/check.hpp"

namespace rounds {
namespace {

static_assert(std::endian::native == std::endian::little,
              "frames are little-endian and are read and written in place");

// Layout (docs/format.md): the header, then the directory, then the events one after the other.
//   0  magic u32 | 4 event count u32 | 8 first sequence u64 | 16 previous chain u64 | 24 chain u64
//   32 directory: per event its length u32 and its checksum u64
constexpr std::uint32_t frame_magic = 0x31465252;  // "RRF1"
constexpr std::size_t header_bytes = 32;
constexpr std::size_t chain_offset = 24;
constexpr std::size_t entry_bytes = 12;
constexpr std::size_t entry_checksum_offset = 4;

template <typename T>
void append_value(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
T load(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

// The chain covers the header (without its own field) and the directory, and with the checksums in
// the directory every byte of the events.
ChainHash chain_hash(std::string_view header, std::string_view directory) {
  const std::uint64_t seed = XXH3_64bits(header.data(), chain_offset);
  return XXH3_64bits_withSeed(directory.data(), directory.size(), seed);
}

std::unexpected<Error> damaged(std::string message) {
  return fail(ErrorCode::corruption, std::move(message));
}

}  // namespace

std::string frame_key(Sequence first_sequence) {
  std::string key(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) {
    key[i] = static_cast<char>(static_cast<std::uint8_t>(first_sequence >> (8 * (7 - i))));
  }
  return key;
}

Result<Sequence> parse_frame_key(std::string_view key) {
  if (key.size() != 8) {
    return damaged(fmt::format("a key of the log has {} bytes instead of 8", key.size()));
  }
  Sequence sequence = 0;
  for (const char byte : key) sequence = sequence << 8U | static_cast<std::uint8_t>(byte);
  return sequence;
}

void FrameWriter::begin(Sequence first_sequence, ChainHash previous_chain) {
  first_sequence_ = first_sequence;
  previous_chain_ = previous_chain;
  event_count_ = 0;
  directory_.clear();
  payload_.clear();
}

void FrameWriter::add(std::string_view event_bytes) {
  ROUNDS_CHECK(!is_full(), "a full frame is finished before the next event");
  append_value(directory_, static_cast<std::uint32_t>(event_bytes.size()));
  append_value(directory_, std::uint64_t{XXH3_64bits(event_bytes.data(), event_bytes.size())});
  payload_.append(event_bytes);
  ++event_count_;
}

FrameWriter::Finished FrameWriter::finish() {
  ROUNDS_CHECK(!is_empty(), "a frame holds at least one event");
  frame_.clear();
  append_value(frame_, frame_magic);
  append_value(frame_, event_count_);
  append_value(frame_, first_sequence_);
  append_value(frame_, previous_chain_);
  const ChainHash chain = chain_hash(frame_, directory_);
  append_value(frame_, chain);
  frame_.append(directory_);
  frame_.append(payload_);
  return {frame_, chain};
}

Result<FrameView> FrameView::parse(std::string_view bytes) {
  if (bytes.size() < header_bytes) {
    return damaged(fmt::format("a frame of {} bytes is shorter than its header", bytes.size()));
  }
  const auto magic = load<std::uint32_t>(bytes, 0);
  if (magic != frame_magic) {
    return damaged(
        fmt::format("a frame begins with {:#010x} instead of {:#010x}", magic, frame_magic));
  }
  FrameView frame;
  frame.event_count_ = load<std::uint32_t>(bytes, 4);
  frame.first_sequence_ = load<std::uint64_t>(bytes, 8);
  frame.previous_chain_ = load<std::uint64_t>(bytes, 16);
  frame.chain_ = load<std::uint64_t>(bytes, chain_offset);
  const std::size_t directory_bytes = std::size_t{frame.event_count_} * entry_bytes;
  if (frame.event_count_ == 0 || frame.event_count_ > max_events_per_frame ||
      bytes.size() < header_bytes + directory_bytes) {
    return damaged(fmt::format("the frame at sequence {} claims {} events in {} bytes",
                               frame.first_sequence_, frame.event_count_, bytes.size()));
  }
  frame.directory_ = bytes.substr(header_bytes, directory_bytes);
  frame.payload_ = bytes.substr(header_bytes + directory_bytes);
  if (chain_hash(bytes.substr(0, chain_offset), frame.directory_) != frame.chain_) {
    return damaged(
        fmt::format("the header of the frame at sequence {} does not match its chain hash",
                    frame.first_sequence_));
  }
  std::size_t total = 0;
  for (std::uint32_t i = 0; i < frame.event_count_; ++i) {
    total += load<std::uint32_t>(frame.directory_, i * entry_bytes);
  }
  if (total != frame.payload_.size()) {
    return damaged(fmt::format("the frame at sequence {} has {} bytes of events instead of {}",
                               frame.first_sequence_, frame.payload_.size(), total));
  }
  return frame;
}

std::size_t FrameView::offset_of(std::uint32_t index) const {
  ROUNDS_CHECK(index < event_count_, "an event of this frame");
  std::size_t offset = 0;
  for (std::uint32_t i = 0; i < index; ++i) {
    offset += load<std::uint32_t>(directory_, i * entry_bytes);
  }
  return offset;
}

Result<std::string_view> FrameView::event_bytes(std::uint32_t index) const {
  return event_bytes(index, offset_of(index));
}

Result<std::string_view> FrameView::event_bytes(std::uint32_t index, std::size_t offset) const {
  ROUNDS_CHECK(index < event_count_ && offset <= payload_.size(), "an event of this frame");
  const auto length = load<std::uint32_t>(directory_, index * entry_bytes);
  const auto checksum =
      load<std::uint64_t>(directory_, index * entry_bytes + entry_checksum_offset);
  const std::string_view bytes = payload_.substr(offset, length);
  if (XXH3_64bits(bytes.data(), bytes.size()) != checksum) {
    return damaged(fmt::format("event {} does not match its checksum", first_sequence_ + index));
  }
  return bytes;
}

}  // namespace rounds
