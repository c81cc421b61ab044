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

IdentifiedOccurrence identify(const Occurrence& occurrence, FingerprintRules rules) {
  const std::string_view message = occurrence.message;
  Exemplar exemplar{occurrence.time, occurrence.trace_id, occurrence.span_id, occurrence.severity,
                    std::string(truncate_utf8(message, limits::max_exemplar_message_bytes))};
  auto identity = std::make_shared<const SignatureIdentity>(
      rules == FingerprintRules::v1
          ? identify_v1(occurrence.error_type, occurrence.service,
                        truncate_utf8(message, limits::max_message_bytes), occurrence.frames)
          : identify_v2(occurrence));
  return {std::move(identity), std::move(exemplar)};
}

}  // namespace rounds
