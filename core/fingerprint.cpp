#include "core/fingerprint.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "core/limits.hpp"

namespace rounds {

std::string_view to_string(FingerprintRules rules) {
  return rules == FingerprintRules::v1 ? "v1" : "v2";
}

Result<FingerprintRules> parse_fingerprint_rules(std::string_view text) {
  if (text == "v1") return FingerprintRules::v1;
  if (text == "v2") return FingerprintRules::v2;
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" are no fingerprint rules; use v1 or v2", text));
}

std::shared_ptr<const SignatureIdentity> make_identity_of(const Occurrence& occurrence,
                                                          FingerprintRules rules) {
  return std::make_shared<const SignatureIdentity>(
      rules == FingerprintRules::v1
          ? identify_v1(occurrence.error_type, occurrence.service,
                        truncate_utf8(occurrence.message, limits::max_message_bytes),
                        occurrence.frames)
          : identify_v2(occurrence));
}

std::shared_ptr<const FingerprintAliases> make_aliases_of(const Occurrence& occurrence,
                                                          FingerprintRules rules) {
  if (!occurrence.fingerprint_parts.empty()) return nullptr;
  const auto other = rules == FingerprintRules::v1 ? FingerprintRules::v2 : FingerprintRules::v1;
  return std::make_shared<const FingerprintAliases>(
      FingerprintAliases{make_identity_of(occurrence, other)->fingerprint});
}

Exemplar make_exemplar_of(const Occurrence& occurrence) {
  return {occurrence.time, occurrence.trace_id, occurrence.span_id, occurrence.severity,
          std::string(truncate_utf8(occurrence.message, limits::max_exemplar_message_bytes))};
}

IdentifiedOccurrence identify(const Occurrence& occurrence, FingerprintRules rules) {
  return {make_identity_of(occurrence, rules), make_exemplar_of(occurrence),
          make_aliases_of(occurrence, rules)};
}

}  // namespace rounds
