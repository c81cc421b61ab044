#include "ingest/brotli.hpp"

#include <cstdint>
#include <memory>

#include <brotli/decode.h>
#include <fmt/format.h>

#include "ingest/block_list.hpp"

namespace rounds {
namespace {

struct DestroyDecoder {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};
using Decoder = std::unique_ptr<BrotliDecoderState, DestroyDecoder>;

// The negative codes from here on say that there was no memory (brotli/decode.h).
bool is_out_of_memory(BrotliDecoderErrorCode code) {
  return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
         code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
}

Error decoder_error(const BrotliDecoderState* decoder) {
  const BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(decoder);
  if (is_out_of_memory(code)) {
    return {ErrorCode::overloaded, "no memory left to decompress a brotli body; retry later"};
  }
  return {ErrorCode::invalid_argument,
          fmt::format("the body is not valid brotli: {}", BrotliDecoderErrorString(code))};
}

}  // namespace

Result<std::string> unbrotli(std::string_view body, std::size_t max_bytes) {
  const Decoder decoder(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
  if (!decoder) {
    return fail(ErrorCode::overloaded, "no memory left to decompress a brotli body; retry later");
  }
  BlockList output;
  std::size_t input_left = body.size();
  const auto* input = reinterpret_cast<const std::uint8_t*>(body.data());
  while (true) {
    auto* room = reinterpret_cast<std::uint8_t*>(output.room_begin());
    const std::size_t room_bytes = output.room_bytes();
    std::size_t room_left = room_bytes;
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(
        decoder.get(), &input_left, &input, &room_left, &room, nullptr);
    output.add_used(room_bytes - room_left);
    if (output.size() > max_bytes) {
      return fail(ErrorCode::too_large,
                  fmt::format("the brotli body expands to more than the limit of {} bytes; send "
                              "smaller batches",
                              max_bytes));
    }
    if (result == BROTLI_DECODER_RESULT_ERROR) return std::unexpected(decoder_error(decoder.get()));
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("the brotli body ends too early, after {} bytes", body.size()));
    }
    if (result == BROTLI_DECODER_RESULT_SUCCESS) {
      if (input_left == 0) return output.join();
      return fail(ErrorCode::invalid_argument, "something follows the end of the brotli body");
    }
  }
}

}  // namespace rounds
