// The occurrences that benchmarks record: which signature each belongs to is drawn before the clock
// starts, everything else follows from its position, so that millions of them take 4 bytes each
// until they are needed. All systems of a comparison get the same ones.
//
// Immutable once made: usable from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/occurrence.hpp"
#include "core/signature.hpp"

namespace rounds::bench {

struct StreamOptions {
  std::uint64_t occurrences = 0;
  std::uint32_t signatures = 0;
  // Of the Zipf distribution: the signature of rank k occurs 1 / k^exponent times as often as the
  // first. 0 is uniform.
  double exponent = 1.0;
  std::uint64_t seed = 1;
  // Of the first occurrence: its time is so many microseconds later.
  std::uint64_t first_position = 0;
};

// What a recorded stream must add up to.
struct Totals {
  std::uint64_t occurrences = 0;
  std::uint64_t signatures = 0;

  friend bool operator==(const Totals&, const Totals&) = default;
};

// Errors: corruption, if a system counted wrong. `system` is its name.
[[nodiscard]] Result<void> check_totals(std::string_view system, const Totals& found,
                                        const Totals& expected);

// An occurrence as a program without a store would write it: time, signature number, trace id, span
// id, severity and the message, padded with zeros.
inline constexpr std::size_t record_bytes = 120;
using Record = std::array<char, record_bytes>;

// What producers record.
class OccurrenceSource {
 public:
  OccurrenceSource() = default;
  OccurrenceSource(const OccurrenceSource&) = default;
  OccurrenceSource(OccurrenceSource&&) = default;
  OccurrenceSource& operator=(const OccurrenceSource&) = default;
  OccurrenceSource& operator=(OccurrenceSource&&) = default;
  virtual ~OccurrenceSource() = default;

  [[nodiscard]] virtual std::uint64_t size() const = 0;

  // From size() on the signatures are those of the beginning again, while times go on.
  [[nodiscard]] virtual IdentifiedOccurrence occurrence(std::uint64_t position) const = 0;
};

class OccurrenceStream final : public OccurrenceSource {
 public:
  explicit OccurrenceStream(const StreamOptions& options);

  // One occurrence of each signature, in an order drawn with `seed`.
  [[nodiscard]] static OccurrenceStream one_of_each(std::uint32_t signatures, std::uint64_t seed);

  [[nodiscard]] std::uint64_t size() const override { return numbers_.size(); }
  [[nodiscard]] std::uint32_t signature_count() const {
    return static_cast<std::uint32_t>(identities_.size());
  }

  // `number` is below signature_count(). Positions from size() on are those of the beginning again.
  [[nodiscard]] const std::shared_ptr<const SignatureIdentity>& identity(
      std::uint32_t number) const {
    return identities_[number];
  }
  [[nodiscard]] const std::string& message(std::uint32_t number) const { return messages_[number]; }
  [[nodiscard]] std::uint32_t number_at(std::uint64_t position) const {
    return numbers_[position % numbers_.size()];
  }

  // The occurrence at `position` in the three forms that the systems take. Times go up by a
  // microsecond with each position, without end.
  [[nodiscard]] Exemplar exemplar(std::uint64_t position) const;
  [[nodiscard]] IdentifiedOccurrence occurrence(std::uint64_t position) const override;
  [[nodiscard]] Record record(std::uint64_t position) const;

  // Of the first `occurrences`, which may be more than size(). Counts them anew.
  [[nodiscard]] Totals totals_of_first(std::uint64_t occurrences) const;

 private:
  explicit OccurrenceStream(std::uint32_t signatures);

  // Whoever takes one occurrence likely takes those behind it: what they are made from lies
  // scattered, and waiting for it would be measured as if it were work of the system.
  void prefetch_message(std::uint64_t position) const;

  std::vector<std::shared_ptr<const SignatureIdentity>> identities_;
  std::vector<std::string> messages_;
  std::vector<std::uint32_t> numbers_;
  std::uint64_t first_position_ = 0;
};

// The signature number in a Record.
[[nodiscard]] std::uint32_t number_of(std::string_view record);

}  // namespace rounds::bench
