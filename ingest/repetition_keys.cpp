#include "ingest/repetition_keys.hpp"

#include <bit>

#include <xxhash.h>

namespace rounds {

void RepetitionHasher::add(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  parts_.push_back(hash.high64);
  parts_.push_back(hash.low64);
}

void RepetitionHasher::add(const TraceId& id) {
  const auto [high, low] = std::bit_cast<std::array<std::uint64_t, 2>>(id.bytes);
  parts_.push_back(high);
  parts_.push_back(low);
}

void RepetitionHasher::add(const SpanId& id) {
  parts_.push_back(std::bit_cast<std::uint64_t>(id.bytes));
}

RepetitionKey RepetitionHasher::key() const {
  const XXH128_hash_t hash = XXH3_128bits(parts_.data(), parts_.size() * sizeof(parts_[0]));
  RepetitionKey key{hash.high64, hash.low64};
  if (!key.is_present()) key.low = 1;
  return key;
}

RepetitionKey failure_key(const TraceId& trace_id, const SpanId& span_id, std::string_view message,
                          std::string_view error_type) {
  if (!trace_id.is_present() || !span_id.is_present()) return {};
  RepetitionHasher hasher;
  hasher.add(trace_id);
  hasher.add(span_id);
  hasher.add(std::uint64_t{message.empty() ? 1U : 0U});
  hasher.add(message.empty() ? error_type : message);
  return hasher.key();
}

}  // namespace rounds
