#include "bench/support/synthetic.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace rounds::bench {
namespace {

constexpr std::uint32_t services = 40;
constexpr std::uint32_t error_types = 25;

// 2026-01-01T00:00:00Z.
constexpr Timestamp start_time =
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1};

void store(std::span<std::uint8_t> out, std::uint64_t value) {
  std::memcpy(out.data(), &value, sizeof(value));
}

}  // namespace

// SplitMix64.
std::uint64_t scramble(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

std::string synthetic_message(std::uint32_t number) {
  auto message = fmt::format(
      "operation_{} failed: no answer from 10.0.{}.{}:5432 within 250 ms, attempt {} of 5", number,
      number / 256 % 256, number % 256, number % 5 + 1);
  message.resize(std::min(message.size(), max_synthetic_message_bytes));
  return message;
}

std::shared_ptr<const SignatureIdentity> synthetic_identity(std::uint32_t number) {
  const std::uint64_t seed = std::uint64_t{number} * 5;
  return std::make_shared<const SignatureIdentity>(SignatureIdentity{
      .fingerprint = fmt::format("{:016x}{:016x}{:016x}{:016x}", scramble(seed), scramble(seed + 1),
                                 scramble(seed + 2), scramble(seed + 3)),
      .error_type = fmt::format("Error{:02}", number / services % error_types),
      .service = fmt::format("service-{:02}", number % services),
      .message_template = synthetic_message(number),
      .stack_hash = fmt::format("{:016x}", scramble(seed + 4))});
}

Timestamp synthetic_time(std::uint64_t position) {
  return start_time + std::chrono::microseconds{position};
}

Exemplar synthetic_exemplar(std::uint64_t position, std::string message) {
  Exemplar exemplar;
  exemplar.time = synthetic_time(position);
  const std::span trace(exemplar.trace_id.bytes);
  store(trace.first<8>(), scramble(3 * position));
  store(trace.last<8>(), scramble(3 * position + 1));
  store(exemplar.span_id.bytes, scramble(3 * position + 2));
  exemplar.message = std::move(message);
  return exemplar;
}

}  // namespace rounds::bench
