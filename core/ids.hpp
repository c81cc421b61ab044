// Identifiers: signature ids (UUIDs), trace and span ids, and the positions of events.
//
// Values only, usable from any thread, except the generator, which says so itself.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/time.hpp"

namespace rounds {

// The position of an event in the whole log: dense, from 1. 0 means "before the first event".
using Sequence = std::uint64_t;

// The position of an event in the history of its signature: dense, from 1. 0 means "no event yet".
using Version = std::uint64_t;

// The UUID of a signature. Ordered by its bytes, as the keys on disk are.
struct SignatureId {
  std::array<std::uint8_t, 16> bytes{};

  // The canonical text form: 36 characters, lower case.
  [[nodiscard]] std::string to_string() const;

  // Reads the canonical text form, any case. Errors: invalid_argument names the text.
  [[nodiscard]] static Result<SignatureId> parse(std::string_view text);

  friend auto operator<=>(const SignatureId&, const SignatureId&) = default;
};

// The W3C trace id of 16 bytes. All zeros means absent, as in the W3C recommendation.
struct TraceId {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] bool is_present() const { return bytes != std::array<std::uint8_t, 16>{}; }
  [[nodiscard]] std::string to_hex() const;
  friend auto operator<=>(const TraceId&, const TraceId&) = default;
};

// The W3C span id of 8 bytes. All zeros means absent.
struct SpanId {
  std::array<std::uint8_t, 8> bytes{};

  [[nodiscard]] bool is_present() const { return bytes != std::array<std::uint8_t, 8>{}; }
  [[nodiscard]] std::string to_hex() const;
  friend auto operator<=>(const SpanId&, const SpanId&) = default;
};

// Reads 2 * out.size() hex digits of any case into `out`. Returns false, and leaves `out`
// unspecified, if the length or a digit is wrong.
[[nodiscard]] bool parse_hex(std::string_view text, std::span<std::uint8_t> out);

// Lower-case hex digits of `bytes`.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

// Makes ids for new signatures. Owned and called by one thread.
class SignatureIdGenerator {
 public:
  SignatureIdGenerator() = default;
  SignatureIdGenerator(const SignatureIdGenerator&) = delete;
  SignatureIdGenerator& operator=(const SignatureIdGenerator&) = delete;
  virtual ~SignatureIdGenerator() = default;

  // A fresh id. `now` is the time of the creating event.
  [[nodiscard]] virtual SignatureId next(Timestamp now) = 0;
};

// UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits from the
// operating system. New signatures get neighbouring keys, which keeps the write amplification of
// the row store low.
class Uuid7Generator final : public SignatureIdGenerator {
 public:
  [[nodiscard]] SignatureId next(Timestamp now) override;

 private:
  // Random bytes are fetched in blocks: one call per id would dominate the cost of an id.
  static constexpr std::size_t random_block_size = 4096;
  std::array<std::uint8_t, random_block_size> random_{};
  std::size_t random_used_ = random_block_size;
};

}  // namespace rounds

template <>
struct std::hash<rounds::SignatureId> {
  // The random half of a version 7 id; ids of other versions are random there too.
  [[nodiscard]] std::size_t operator()(const rounds::SignatureId& id) const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      high = high << 8U | id.bytes[i];
      low = low << 8U | id.bytes[i + 8];
    }
    // Imported ids may come from anywhere, so both halves count (multiplier: 2^64 / golden ratio).
    return static_cast<std::size_t>(low ^ (high * 0x9E3779B97F4A7C15ULL));
  }
};
