// A signature: the aggregate that folds all occurrences of one failure, and its lifecycle state.
//
// This is the value that every store returns and that evolve() (core/lifecycle.hpp) computes from
// events. Identity and diagnosis never change in place, so copies of a signature share them; a copy
// costs two reference counts and the tags. Values: usable from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace rounds {

// The numbers are persisted: never change or reuse one.
enum class Status : std::uint8_t {
  new_ = 1,
  investigating = 2,
  diagnosed = 3,
  resolved = 4,
  muted = 5,
};
inline constexpr std::array all_statuses{Status::new_, Status::investigating, Status::diagnosed,
                                         Status::resolved, Status::muted};

// Lower case: "new", "investigating", "diagnosed", "resolved", "muted".
[[nodiscard]] std::string_view to_string(Status status);

// Reads the lower-case name. Errors: invalid_argument names the text and the valid names.
[[nodiscard]] Result<Status> parse_status(std::string_view text);

// The numbers are persisted: never change or reuse one.
enum class Confidence : std::uint8_t { low = 1, medium = 2, high = 3 };

// Lower case: "low", "medium", "high".
[[nodiscard]] std::string_view to_string(Confidence confidence);

// Reads the lower-case name. Errors: invalid_argument names the text and the valid names.
[[nodiscard]] Result<Confidence> parse_confidence(std::string_view text);

// What a diagnosis engine or a person found out about a signature.
struct Diagnosis {
  std::string root_cause;
  std::vector<std::string> evidence;
  std::string suggested_fix;
  Confidence confidence = Confidence::low;
  Timestamp diagnosed_at{};
  std::string model;      // who diagnosed: a model's name, or a person's
  double cost_usd = 0.0;  // finite and >= 0

  friend bool operator==(const Diagnosis&, const Diagnosis&) = default;
};

// What makes a signature this one. Equal for all occurrences of the same failure; never changes.
struct SignatureIdentity {
  std::string fingerprint;  // unique key; do not assume its length
  std::string error_type;
  std::string service;
  std::string message_template;
  std::string stack_hash;

  friend bool operator==(const SignatureIdentity&, const SignatureIdentity&) = default;
};

// Further fingerprints that lead to a signature, in the order in which it learned them: those of
// other versions of the rules. Neither empty nor repeated, and never that of the identity.
using FingerprintAliases = std::vector<std::string>;

struct Signature {
  SignatureId id;
  std::shared_ptr<const SignatureIdentity> identity;  // never null
  std::shared_ptr<const FingerprintAliases> aliases;  // null or empty: none. They come and never go
  Timestamp first_seen{};                             // the minimum of what was seen
  Timestamp last_seen{};                              // the maximum of what was seen
  std::uint64_t occurrence_count = 0;                 // >= 1 in every stored signature
  Status status = Status::new_;
  std::shared_ptr<const Diagnosis> diagnosis;  // null: none
  std::vector<std::string> tags;               // sorted, without duplicates
  std::optional<Timestamp> resolved_at;  // the time of the event that resolved it; set iff RESOLVED
  Version version = 0;                   // of the last event folded in
  Sequence last_sequence = 0;            // of the last event folded in: the answer is as of it

  // Compares identity, aliases and diagnosis by value.
  friend bool operator==(const Signature& left, const Signature& right);
};

// Its aliases; empty if it has none. Valid as long as they are shared.
[[nodiscard]] std::span<const std::string> aliases_of(const Signature& signature);

// Whether `fingerprint` leads to it: that of its identity, or an alias.
[[nodiscard]] bool answers_to(const Signature& signature, std::string_view fingerprint);

// Whether it has the tag.
[[nodiscard]] bool has_tag(const Signature& signature, std::string_view tag);

// Checks a signature that comes from outside (save, import): limits, non-empty fingerprint and
// service, sound aliases, occurrence_count >= 1, first_seen <= last_seen, valid times, sorted
// unique tags, a sound diagnosis. Errors: invalid_argument names the field and the value.
[[nodiscard]] Result<void> validate(const Signature& signature);
[[nodiscard]] Result<void> validate(const SignatureIdentity& identity);
[[nodiscard]] Result<void> validate(const Diagnosis& diagnosis);

// Checks the aliases of a signature with `fingerprint`: limits, none empty, each once. Errors:
// invalid_argument.
[[nodiscard]] Result<void> validate_aliases(std::span<const std::string> aliases,
                                            std::string_view fingerprint);

// Checks one tag: not empty, within limits, no control characters. Errors: invalid_argument.
[[nodiscard]] Result<void> validate_tag(std::string_view tag);

}  // namespace rounds
