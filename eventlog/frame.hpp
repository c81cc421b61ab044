// Frames: how the events of a commit group are laid out as records of the log column family.
//
// A frame is a run of consecutive events, about a block of 4 KiB long: a point read costs one block
// either way, and the cost of RocksDB is paid per frame instead of per event. Each event has a
// checksum of its own, and the frames form a hash chain over the whole log. docs/format.md has the
// layout byte by byte. Values and pure functions; a FrameWriter belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/ids.hpp"

namespace rounds {

// XXH3-64 over everything before: equal chains mean equal logs. It detects accidents, not forgery.
using ChainHash = std::uint64_t;

// A frame is closed as soon as its events have this many bytes: the default block size of RocksDB.
inline constexpr std::size_t frame_target_bytes = 4096;

// Bounds the directory of a damaged frame. The smallest event has about 70 bytes.
inline constexpr std::uint32_t max_events_per_frame = 1024;

// The key of a frame: the sequence of its first event, 8 bytes big-endian.
[[nodiscard]] std::string frame_key(Sequence first_sequence);

// Reads a key. Errors: corruption if it does not have 8 bytes.
[[nodiscard]] Result<Sequence> parse_frame_key(std::string_view key);

class FrameWriter {
 public:
  // Begins a frame that follows a log ending in `previous_chain`.
  void begin(Sequence first_sequence, ChainHash previous_chain);

  void add(std::string_view event_bytes);

  [[nodiscard]] bool is_empty() const { return event_count_ == 0; }
  [[nodiscard]] bool is_full() const {
    return payload_.size() >= frame_target_bytes || event_count_ == max_events_per_frame;
  }
  [[nodiscard]] Sequence first_sequence() const { return first_sequence_; }

  // The bytes of the frame, and its chain hash. The bytes stay valid until the next begin().
  struct Finished {
    std::string_view bytes;
    ChainHash chain;
  };
  [[nodiscard]] Finished finish();

 private:
  Sequence first_sequence_ = 0;
  ChainHash previous_chain_ = 0;
  std::uint32_t event_count_ = 0;
  std::string directory_;
  std::string payload_;
  std::string frame_;
};

// A view of a frame whose header and directory were checked. The bytes must outlive it.
class FrameView {
 public:
  // Checks length, magic, counts and the chain hash over header and directory; events are checked
  // by event_bytes(). Errors: corruption; unsupported for a frame of a newer format.
  [[nodiscard]] static Result<FrameView> parse(std::string_view bytes);

  [[nodiscard]] Sequence first_sequence() const { return first_sequence_; }
  [[nodiscard]] Sequence last_sequence() const { return first_sequence_ + event_count_ - 1; }
  [[nodiscard]] std::uint32_t event_count() const { return event_count_; }
  [[nodiscard]] ChainHash previous_chain() const { return previous_chain_; }
  [[nodiscard]] ChainHash chain() const { return chain_; }

  // The bytes of event `index` (from 0, below event_count()) after checking their checksum. Costs a
  // sum over the directory before it. Errors: corruption names the sequence.
  [[nodiscard]] Result<std::string_view> event_bytes(std::uint32_t index) const;

  // The same for whoever goes through a frame in order and knows where the event begins: behind the
  // bytes of the event before it.
  [[nodiscard]] Result<std::string_view> event_bytes(std::uint32_t index, std::size_t offset) const;

  // Where event `index` begins, for the function above. Costs the sum.
  [[nodiscard]] std::size_t offset_of(std::uint32_t index) const;

 private:
  FrameView() = default;

  std::string_view directory_;
  std::string_view payload_;
  Sequence first_sequence_ = 0;
  std::uint32_t event_count_ = 0;
  ChainHash previous_chain_ = 0;
  ChainHash chain_ = 0;
};

}  // namespace rounds
