// Occurrences of more signatures than should lie in memory: identities are made when they are
// needed, so that the memory of a process is that of the store it measures.
//
// Immutable: usable from any thread.
#pragma once

#include <cstdint>

#include "bench/support/occurrence_stream.hpp"

namespace rounds::bench {

class GeneratedOccurrences final : public OccurrenceSource {
 public:
  // One occurrence of each signature, one after the other. Their keys are in no order.
  [[nodiscard]] static GeneratedOccurrences one_of_each(std::uint32_t signatures);

  // `size` occurrences, each of any signature, at times behind those of one_of_each().
  [[nodiscard]] static GeneratedOccurrences uniform(std::uint64_t size, std::uint32_t signatures,
                                                    std::uint64_t seed);

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] IdentifiedOccurrence occurrence(std::uint64_t position) const override;

 private:
  GeneratedOccurrences(std::uint64_t size, std::uint32_t signatures);
  [[nodiscard]] std::uint32_t number_at(std::uint64_t position) const;

  std::uint64_t size_;
  std::uint32_t signatures_;
  bool is_drawn_ = false;
  std::uint64_t seed_ = 0;
  std::uint64_t first_position_ = 0;
};

}  // namespace rounds::bench
