#define ZLIB_CONST  // zlib takes const input, as it should

#include "ingest/gzip.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "core/check.hpp"

namespace rounds {
namespace {

// Large enough that the calls of zlib do not count, small against any sensible limit.
constexpr std::size_t block_bytes = 64 * 1024;

// 16 asks zlib for gzip alone, not for its own format.
constexpr int gzip_window_bits = 16 + MAX_WBITS;

// Output in blocks, because a growing string holds up to three times its size when it moves.
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
  using Block = std::array<char, block_bytes>;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t used_in_last_ = block_bytes;
  std::size_t size_ = 0;
};

class InflateStream {
 public:
  explicit InflateStream(std::string_view input)
      : initialized_(inflateInit2(&stream_, gzip_window_bits) == Z_OK) {
    stream_.next_in = reinterpret_cast<const Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
  }
  ~InflateStream() {
    if (initialized_) inflateEnd(&stream_);
  }
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;

  [[nodiscard]] bool initialized() const { return initialized_; }

  // One step of zlib: its return code.
  [[nodiscard]] int inflate_into(BlockList& output) {
    stream_.next_out = reinterpret_cast<Bytef*>(output.room_begin());
    const std::size_t room = output.room_bytes();
    stream_.avail_out = static_cast<uInt>(room);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    output.add_used(room - stream_.avail_out);
    return code;
  }

  [[nodiscard]] bool input_left() const { return stream_.avail_in > 0; }
  [[nodiscard]] std::string_view message() const {
    return stream_.msg == nullptr ? "no reason given" : stream_.msg;
  }
  void begin_next_member() { ROUNDS_CHECK(inflateReset(&stream_) == Z_OK, "zlib lost its state"); }

 private:
  z_stream stream_{};
  bool initialized_;
};

}  // namespace

Result<std::string> gunzip(std::string_view body, std::size_t max_bytes) {
  if (body.size() > std::numeric_limits<uInt>::max()) {
    return fail(ErrorCode::too_large, fmt::format("a gzip body of {} bytes; the limit is {}",
                                                  body.size(), std::numeric_limits<uInt>::max()));
  }
  InflateStream stream(body);
  if (!stream.initialized()) {
    return fail(ErrorCode::overloaded, "no memory left to decompress a gzip body; retry later");
  }
  BlockList output;
  while (true) {
    const int code = stream.inflate_into(output);
    if (output.size() > max_bytes) {
      return fail(ErrorCode::too_large,
                  fmt::format("the gzip body expands to more than the limit of {} bytes; send "
                              "smaller batches",
                              max_bytes));
    }
    if (code == Z_STREAM_END) {
      if (!stream.input_left()) return output.join();
      stream.begin_next_member();
    } else if (code == Z_BUF_ERROR) {
      // There is always room for output, so it is input that is missing.
      return fail(ErrorCode::invalid_argument,
                  fmt::format("the gzip body ends too early, after {} bytes", body.size()));
    } else if (code == Z_MEM_ERROR) {
      return fail(ErrorCode::overloaded, "no memory left to decompress a gzip body; retry later");
    } else if (code != Z_OK) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("the body is not valid gzip: {}", stream.message()));
    }
  }
}

}  // namespace rounds
