// Fingerprints: which occurrences are the same failure.
//
// identify() is what ingestion calls for each occurrence; the functions with a version in their
// name are one set of rules each. Rules never change once data was made with them, since a
// signature is found by its fingerprint: better rules come beside them under a new version.
// docs/grouping.md says what each version does and how well. Pure functions, usable from any
// thread, linear in the size of their input whatever it contains.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/occurrence.hpp"
#include "core/signature.hpp"
#include "core/utf8.hpp"  // IWYU pragma: export (callers of identify() cut texts as well)

namespace rounds {

// Rules v1, by which all data of the Python system was made. Known weaknesses: about half of all
// random UUIDs, and times like 2026-11-23T14:31:07, are recognised in part only, because a number
// inside them is replaced first; '|' and '*' in the texts are ambiguous.

// `message` with its variable parts replaced by '*': IPv4 addresses, ports (":*"), numbers of three
// or more digits, dates and UUIDs, in this order. Of a time of day, the parts after a ':' are
// replaced like ports. Digits and word boundaries are those of Unicode (core/unicode_tables.hpp). A
// byte that is not UTF-8 is kept and ends a word, like punctuation. Never longer than `message`.
[[nodiscard]] std::string message_template_v1(std::string_view message);

// 16 hex digits that depend on module and function of each frame and on their order, not on file
// and line.
[[nodiscard]] std::string stack_hash_v1(std::span<const StackFrame> frames);

// The identity of an occurrence with these properties. All of `message` and `frames` counts: who
// calls it with unbounded input must bound it.
[[nodiscard]] SignatureIdentity identify_v1(std::string_view error_type, std::string_view service,
                                            std::string_view message,
                                            std::span<const StackFrame> frames);

// Rules v2, the default. Variable parts of messages are recognised before anything eats them, only
// frames of the application count, newest first, and the errors that led to the one that was
// reported count as well. A fingerprint is "v2:" and 64 hex digits.

// `message` with its variable parts replaced: ids, numbers and quoted values by <value>, others by
// <uuid>, <time>, <address>, <email> and <path>; runs of white space by one space. No message can
// forge a placeholder: one that contains such a text gets a backslash in front of it. At most
// limits::max_template_bytes; ends with a whole character, if `message` has whole ones.
[[nodiscard]] std::string message_template_v2(std::string_view message);

// The identity of an occurrence. Its `error_type` is the reported one; what counts is the type that
// the stack trace names, where the two may differ. All of `message` counts, as in v1.
[[nodiscard]] SignatureIdentity identify_v2(const Occurrence& occurrence);

// One thing that rules v2 looked at.
struct FingerprintPart {
  std::string part;   // "service", "type", "message", "frame", "cause type", "rule", ...
  std::string value;  // as it counts: a template, a stable name
  bool counts = false;
  std::string reason;  // why it counts or not, for people

  friend bool operator==(const FingerprintPart&, const FingerprintPart&) = default;
};

// The identity with all that was looked at, in the order in which it counts. Slower than
// identify_v2().
struct FingerprintExplanation {
  SignatureIdentity identity;
  std::vector<FingerprintPart> parts;
};
[[nodiscard]] FingerprintExplanation explain_v2(const Occurrence& occurrence);

// Which rules make the fingerprints of new occurrences. Not persisted. A signature answers to those
// of all rules that it met, so it may be changed at any time (docs/grouping.md).
enum class FingerprintRules : std::uint8_t { v1, v2 };
inline constexpr FingerprintRules default_fingerprint_rules = FingerprintRules::v2;

// "v1", "v2".
[[nodiscard]] std::string_view to_string(FingerprintRules rules);
// Errors: invalid_argument names the text and the valid names.
[[nodiscard]] Result<FingerprintRules> parse_fingerprint_rules(std::string_view text);

// The identity by `rules` of an occurrence whose message is cut to limits::max_message_bytes; no
// cut splits a character. A value of its own, shared with no other occurrence.
[[nodiscard]] std::shared_ptr<const SignatureIdentity> make_identity_of(
    const Occurrence& occurrence, FingerprintRules rules = default_fingerprint_rules);

// The fingerprints of the same occurrence by all rules but `rules`. Null if somebody decided what
// identifies it (Occurrence::fingerprint_parts): that decides alone, or a rule of the configuration
// could not tell apart what other rules took for one failure. Costs what the identities do.
[[nodiscard]] std::shared_ptr<const FingerprintAliases> make_aliases_of(
    const Occurrence& occurrence, FingerprintRules rules = default_fingerprint_rules);

// The exemplar of an occurrence, with its message cut to limits::max_exemplar_message_bytes, not
// within a character.
[[nodiscard]] Exemplar make_exemplar_of(const Occurrence& occurrence);

// What the store takes for one occurrence: these three. Does not check the other fields, the store
// does.
[[nodiscard]] IdentifiedOccurrence identify(const Occurrence& occurrence,
                                            FingerprintRules rules = default_fingerprint_rules);

}  // namespace rounds
