#include "eventlog/log_verifier.hpp"

#include <unordered_map>
#include <variant>

#include <fmt/format.h>

namespace rounds {
namespace {

bool creates_signature(const EventPayload& payload) {
  return std::holds_alternative<SignatureDetected>(payload) ||
         std::holds_alternative<SignatureImported>(payload);
}

// Checks that `event` is the next one of its signature.
Result<void> check_version(std::unordered_map<SignatureId, Version>& versions, const Event& event) {
  Version& present = versions[event.signature_id];
  const bool creates = creates_signature(event.payload);
  if (event.version != present + 1 || creates != (present == 0)) {
    return fail(ErrorCode::corruption,
                fmt::format("event {} ({}) has version {} of signature {}, which is at version {}",
                            event.sequence, kind_name(event.payload), event.version,
                            event.signature_id.to_string(), present));
  }
  present = event.version;
  return {};
}

}  // namespace

Result<LogVerification> verify_log(const EventLog& log, const VerifyProgress& progress) {
  LogVerification verification;
  verification.last_sequence = log.last_sequence();
  std::unordered_map<SignatureId, Version> versions;
  LogReader reader = log.read(1);
  while (verification.event_count < verification.last_sequence) {
    auto event = reader.next();
    if (!event && event.error().code == ErrorCode::io_error) return std::unexpected(event.error());
    if (!event) {
      verification.damage = std::move(event.error());
      break;
    }
    if (!*event) break;
    if (auto checked = check_version(versions, **event); !checked) {
      verification.damage = std::move(checked.error());
      break;
    }
    ++verification.event_count;
    if (verification.event_count % progress_interval_events == 0 && progress) {
      progress(verification.event_count, verification.last_sequence);
    }
  }
  verification.signature_count = versions.size();
  return verification;
}

}  // namespace rounds
