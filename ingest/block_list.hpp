// Output of unknown size in blocks, because a growing string holds up to three times its size when
// it moves.
//
// Internal to the decompressors of ingest/. One thread per list.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace rounds {

class BlockList {
 public:
  // Where the next bytes go: at least one byte of room.
  [[nodiscard]] char* room_begin() {
    if (used_in_last_ == block_bytes) {
      blocks_.push_back(std::make_unique_for_overwrite<Block>());
      used_in_last_ = 0;
    }
    return blocks_.back()->data() + used_in_last_;
  }
  [[nodiscard]] std::size_t room_bytes() const { return block_bytes - used_in_last_; }

  void add_used(std::size_t bytes) {
    used_in_last_ += bytes;
    size_ += bytes;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] std::string join() const {
    std::string result;
    result.reserve(size_);
    for (const auto& block : blocks_) {
      result.append(block->data(), std::min(block_bytes, size_ - result.size()));
    }
    return result;
  }

 private:
  // Large enough that the calls of a decompressor do not count, small against any sensible limit.
  static constexpr std::size_t block_bytes = 64 * 1024;

  using Block = std::array<char, block_bytes>;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t used_in_last_ = block_bytes;
  std::size_t size_ = 0;
};

}  // namespace rounds
