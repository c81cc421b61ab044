#define ZLIB_CONST  // zlib takes const input, as it should

#include "ingest/gzip.hpp"

#include <limits>

#include <fmt/format.h>
#include <zlib.h>

#include "core/check.hpp"
#include "ingest/block_list.hpp"

namespace rounds {
namespace {

// One of the formats around deflate's bytes.
struct Format {
  int window_bits;        // tells zlib which one it is
  std::string_view name;  // for messages
  bool may_repeat;        // another one may follow the first
};
constexpr Format gzip_format{16 + MAX_WBITS, "gzip", true};
constexpr Format zlib_format{MAX_WBITS, "deflate", false};
constexpr Format raw_format{-MAX_WBITS, "deflate", false};

class InflateStream {
 public:
  InflateStream(std::string_view input, const Format& format)
      : initialized_(inflateInit2(&stream_, format.window_bits) == Z_OK) {
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

Error no_memory(const Format& format) {
  return {ErrorCode::overloaded,
          fmt::format("no memory left to decompress a {} body; retry later", format.name)};
}

Result<std::string> inflate_all(std::string_view body, const Format& format,
                                std::size_t max_bytes) {
  if (body.size() > std::numeric_limits<uInt>::max()) {
    return fail(ErrorCode::too_large,
                fmt::format("a {} body of {} bytes; the limit is {}", format.name, body.size(),
                            std::numeric_limits<uInt>::max()));
  }
  InflateStream stream(body, format);
  if (!stream.initialized()) return std::unexpected(no_memory(format));
  BlockList output;
  while (true) {
    const int code = stream.inflate_into(output);
    if (output.size() > max_bytes) {
      return fail(ErrorCode::too_large,
                  fmt::format("the {} body expands to more than the limit of {} bytes; send "
                              "smaller batches",
                              format.name, max_bytes));
    }
    if (code == Z_STREAM_END) {
      if (!stream.input_left()) return output.join();
      if (!format.may_repeat) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("something follows the end of the {} body", format.name));
      }
      stream.begin_next_member();
    } else if (code == Z_BUF_ERROR) {
      // There is always room for output, so it is input that is missing.
      return fail(
          ErrorCode::invalid_argument,
          fmt::format("the {} body ends too early, after {} bytes", format.name, body.size()));
    } else if (code == Z_MEM_ERROR) {
      return std::unexpected(no_memory(format));
    } else if (code != Z_OK) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("the body is not valid {}: {}", format.name, stream.message()));
    }
  }
}

// The two bytes with which zlib's format begins (RFC 1950, section 2.2). No encoder's raw stream
// begins so: it would be a stored block with bits set that encoders leave zero.
bool has_zlib_header(std::string_view body) {
  if (body.size() < 2) return false;
  const auto method = static_cast<unsigned char>(body[0]);
  const auto flags = static_cast<unsigned char>(body[1]);
  return (method & 0x0FU) == Z_DEFLATED && (method * 256U + flags) % 31 == 0;
}

}  // namespace

Result<std::string> gunzip(std::string_view body, std::size_t max_bytes) {
  return inflate_all(body, gzip_format, max_bytes);
}

Result<std::string> undeflate(std::string_view body, std::size_t max_bytes) {
  return inflate_all(body, has_zlib_header(body) ? zlib_format : raw_format, max_bytes);
}

}  // namespace rounds
