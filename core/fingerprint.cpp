#include "core/fingerprint.hpp"

#include <memory>

#include "core/limits.hpp"

namespace rounds {

IdentifiedOccurrence identify(const Occurrence& occurrence) {
  const std::string_view message = occurrence.message;
  Exemplar exemplar{occurrence.time, occurrence.trace_id, occurrence.span_id, occurrence.severity,
                    std::string(truncate_utf8(message, limits::max_exemplar_message_bytes))};
  auto identity = std::make_shared<const SignatureIdentity>(
      identify_v1(occurrence.error_type, occurrence.service,
                  truncate_utf8(message, limits::max_message_bytes), occurrence.frames));
  return {std::move(identity), std::move(exemplar)};
}

}  // namespace rounds
