// Random submissions for the model test: mostly sensible, often enough not.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/signature_store.hpp"

namespace rounds::test {

// A source of submissions from small pools of names, times and values, so that they meet: equal
// times and counts, present tags, taken fingerprints, stale versions. The same seed and the same
// stores give the same submissions.
class RandomCommands {
 public:
  explicit RandomCommands(std::uint64_t seed) : random_(seed) {}

  // The next submission. Reads `store` to find signatures to work on; `now` is the time of its
  // clock.
  [[nodiscard]] Submission next(SignatureStore& store, Timestamp now);

  // A listing with random filters, limit and beginning.
  [[nodiscard]] SignatureQuery next_query(SignatureStore& store);

  // A signature of the store, if it has any.
  [[nodiscard]] std::optional<Signature> pick(SignatureStore& store);

  // A number from 0 to `end` - 1.
  [[nodiscard]] std::size_t below(std::size_t end);

  // True `percent` times out of a hundred.
  [[nodiscard]] bool chance(std::size_t percent) { return below(100) < percent; }

  static const std::vector<std::string>& services();
  static const std::vector<std::string>& error_types();

  // The identities of occurrences. Saves bring others as well.
  static const std::vector<std::shared_ptr<const SignatureIdentity>>& identities();

 private:
  [[nodiscard]] RecordOccurrences next_record(Timestamp now);
  void add_keys(RecordOccurrences& record);
  [[nodiscard]] ExecuteCommand next_execute(SignatureStore& store);
  [[nodiscard]] SaveSignature next_save(SignatureStore& store, Timestamp now);
  [[nodiscard]] Command next_command();
  [[nodiscard]] Signature next_foreign_signature(Timestamp now);
  void change(Signature& signature);
  [[nodiscard]] CommandContext next_context(Version present);
  [[nodiscard]] Diagnosis next_diagnosis();
  // Mostly sound ones for a signature with this identity.
  [[nodiscard]] std::shared_ptr<const FingerprintAliases> next_aliases(
      const SignatureIdentity& identity);
  [[nodiscard]] std::vector<std::string> next_tags();

  std::mt19937_64 random_;
  std::optional<Signature> stale_;  // as it was read some time ago
};

// One line for the message of a failure.
[[nodiscard]] std::string describe(const Submission& submission);

}  // namespace rounds::test
