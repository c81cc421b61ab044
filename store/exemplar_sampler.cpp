#include "store/exemplar_sampler.hpp"

#include <algorithm>
#include <bit>

#include "core/check.hpp"
#include "core/exemplar_sampling.hpp"

namespace rounds {
namespace {

RepetitionKey key_of(const SignatureId& id) {
  static_assert(sizeof(RepetitionKey) == sizeof(id.bytes));
  return std::bit_cast<RepetitionKey>(id.bytes);
}

}  // namespace

ExemplarSampler::ExemplarSampler(std::uint32_t per_hour, std::size_t most_signatures)
    : most_signatures_(most_signatures),
      kept_(SideStream::exemplars, exemplar_interval(per_hour), most_signatures) {
  ROUNDS_CHECK(per_hour <= most_exemplars_per_hour, "exemplars are at least a second apart");
}

Result<std::uint64_t> ExemplarSampler::load(const EventLog& log) {
  return kept_.load(log);
}

void ExemplarSampler::begin_group(Timestamp now) {
  group_time_ = std::max(kept_.last_time(), now);
  is_begun_ = false;
}

bool ExemplarSampler::take(const SignatureId& id) {
  if (!is_begun_) {
    kept_.begin_group(group_time_);
    is_begun_ = true;
  }
  const RepetitionKey key = key_of(id);
  // Rather none than one too many.
  if (kept_.contains(key) || kept_.size() >= most_signatures_) return false;
  kept_.note(key, KeyNote::seen);
  return true;
}

void ExemplarSampler::add_to(EventGroup& events) {
  if (is_begun_) kept_.add_to(events);
}

void ExemplarSampler::commit() {
  if (is_begun_) kept_.commit();
}

void ExemplarSampler::roll_back() {
  if (is_begun_) kept_.roll_back();
}

}  // namespace rounds
