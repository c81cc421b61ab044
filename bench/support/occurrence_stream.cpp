#include "bench/support/occurrence_stream.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

#include <fmt/format.h>

#include "bench/support/synthetic.hpp"
#include "core/check.hpp"
#include "core/prefetch.hpp"

namespace rounds::bench {
namespace {

constexpr std::size_t number_offset = 8;
constexpr std::size_t trace_offset = 12;
constexpr std::size_t span_offset = 28;
constexpr std::size_t severity_offset = 36;
constexpr std::size_t message_offset = 37;
static_assert(message_offset + max_synthetic_message_bytes == record_bytes);

std::vector<double> weights(std::uint32_t signatures, double exponent) {
  std::vector<double> weights(signatures);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = std::pow(static_cast<double>(i + 1), -exponent);
  }
  return weights;
}

}  // namespace

Result<void> check_totals(std::string_view system, const Totals& found, const Totals& expected) {
  if (found == expected) return {};
  return fail(
      ErrorCode::corruption,
      fmt::format("{} counted {} occurrences of {} signatures instead of {} of {}", system,
                  found.occurrences, found.signatures, expected.occurrences, expected.signatures));
}

OccurrenceStream::OccurrenceStream(std::uint32_t signatures) {
  ROUNDS_CHECK(signatures > 0, "occurrences are drawn from at least one signature");
  for (std::uint32_t number = 0; number < signatures; ++number) {
    identities_.push_back(synthetic_identity(number));
    messages_.push_back(synthetic_message(number));
  }
}

OccurrenceStream::OccurrenceStream(const StreamOptions& options)
    : OccurrenceStream(options.signatures) {
  ROUNDS_CHECK(options.occurrences > 0, "a stream has at least one occurrence");
  first_position_ = options.first_position;
  const std::vector<double> weight = weights(options.signatures, options.exponent);
  std::discrete_distribution<std::uint32_t> draw(weight.begin(), weight.end());
  std::mt19937_64 random(options.seed);
  numbers_.reserve(options.occurrences);
  for (std::uint64_t i = 0; i < options.occurrences; ++i) numbers_.push_back(draw(random));
}

OccurrenceStream OccurrenceStream::one_of_each(std::uint32_t signatures, std::uint64_t seed) {
  OccurrenceStream stream(signatures);
  stream.numbers_.resize(signatures);
  std::iota(stream.numbers_.begin(), stream.numbers_.end(), 0U);
  std::ranges::shuffle(stream.numbers_, std::mt19937_64(seed));
  return stream;
}

void OccurrenceStream::prefetch_message(std::uint64_t position) const {
  prefetch(&message(number_at(position + 2 * prefetch_distance)));
  const std::string& text = message(number_at(position + prefetch_distance));
  prefetch(text.data(), text.size());
}

Exemplar OccurrenceStream::exemplar(std::uint64_t position) const {
  prefetch_message(position);
  return synthetic_exemplar(first_position_ + position, message(number_at(position)));
}

IdentifiedOccurrence OccurrenceStream::occurrence(std::uint64_t position) const {
  prefetch(&identity(number_at(position + 2 * prefetch_distance)));
  // Its beginning: there is the count of its owners, which copying the pointer changes.
  prefetch(identity(number_at(position + prefetch_distance)).get(), 1);
  return {identity(number_at(position)), exemplar(position)};
}

Record OccurrenceStream::record(std::uint64_t position) const {
  prefetch_message(position);
  Record record{};
  const std::uint32_t number = number_at(position);
  const std::uint64_t shifted = first_position_ + position;
  const std::uint64_t first_half = scramble(3 * shifted);
  const std::uint64_t second_half = scramble(3 * shifted + 1);
  const std::uint64_t span = scramble(3 * shifted + 2);
  const std::int64_t time = microseconds_since_epoch(synthetic_time(shifted));
  const std::string& text = message(number);
  std::memcpy(record.data(), &time, sizeof(time));
  std::memcpy(record.data() + number_offset, &number, sizeof(number));
  std::memcpy(record.data() + trace_offset, &first_half, sizeof(first_half));
  std::memcpy(record.data() + trace_offset + sizeof(first_half), &second_half, sizeof(second_half));
  std::memcpy(record.data() + span_offset, &span, sizeof(span));
  record[severity_offset] = static_cast<char>(severity_error);
  std::memcpy(record.data() + message_offset, text.data(), text.size());
  return record;
}

Totals OccurrenceStream::totals_of_first(std::uint64_t occurrences) const {
  std::vector<bool> seen(identities_.size());
  Totals totals{occurrences, 0};
  for (std::uint64_t i = 0; i < occurrences; ++i) {
    const std::uint32_t number = number_at(i);
    if (seen[number]) continue;
    seen[number] = true;
    ++totals.signatures;
  }
  return totals;
}

std::uint32_t number_of(std::string_view record) {
  ROUNDS_CHECK(record.size() == record_bytes, "all records have the same size");
  std::uint32_t number = 0;
  std::memcpy(&number, record.data() + number_offset, sizeof(number));
  return number;
}

}  // namespace rounds::bench
