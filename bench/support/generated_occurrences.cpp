#include "bench/support/generated_occurrences.hpp"

#include "bench/support/synthetic.hpp"
#include "core/check.hpp"

namespace rounds::bench {

GeneratedOccurrences::GeneratedOccurrences(std::uint64_t size, std::uint32_t signatures)
    : size_(size), signatures_(signatures) {
  ROUNDS_CHECK(size > 0 && signatures > 0, "there is an occurrence of some signature");
}

GeneratedOccurrences GeneratedOccurrences::one_of_each(std::uint32_t signatures) {
  return {signatures, signatures};
}

GeneratedOccurrences GeneratedOccurrences::uniform(std::uint64_t size, std::uint32_t signatures,
                                                   std::uint64_t seed) {
  GeneratedOccurrences drawn(size, signatures);
  drawn.is_drawn_ = true;
  drawn.seed_ = scramble(seed);
  drawn.first_position_ = signatures;
  return drawn;
}

IdentifiedOccurrence GeneratedOccurrences::occurrence(std::uint64_t position) const {
  const std::uint32_t number = number_at(position % size_);
  return {synthetic_identity(number),
          synthetic_exemplar(first_position_ + position, synthetic_message(number))};
}

std::uint32_t GeneratedOccurrences::number_at(std::uint64_t position) const {
  const std::uint64_t value = is_drawn_ ? scramble(seed_ + position) : position;
  return static_cast<std::uint32_t>(value % signatures_);
}

}  // namespace rounds::bench
