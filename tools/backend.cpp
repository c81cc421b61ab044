#include "tools/backend.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/utf8.hpp"

namespace rounds::tools {

Result<Signature> find_signature(Backend& backend, const std::string& key) {
  if (const auto id = SignatureId::parse(key)) {
    auto found = backend.get_by_id(*id);
    if (!found) return std::unexpected(std::move(found.error()));
    if (*found) return **std::move(found);
  }
  // Nobody promises that a fingerprint does not look like an id.
  auto found = backend.get_by_fingerprint(key);
  if (!found) return std::unexpected(std::move(found.error()));
  if (*found) return **std::move(found);
  return fail(ErrorCode::not_found,
              fmt::format("there is no signature with the id or fingerprint \"{}\"; rounds list "
                          "shows those there are",
                          truncate_utf8(key, limits::max_fingerprint_bytes)));
}

Result<Signature> find_signature_as_of(Backend& backend, const std::string& key,
                                       const Moment& moment) {
  if (const auto id = SignatureId::parse(key)) {
    auto found = backend.as_of(*id, moment);
    if (!found) return std::unexpected(std::move(found.error()));
    if (*found) return **std::move(found);
  }
  auto found = backend.get_by_fingerprint_as_of(key, moment);
  if (!found) return std::unexpected(std::move(found.error()));
  if (*found) return **std::move(found);
  return fail(ErrorCode::not_found,
              fmt::format("there was no signature with the id or fingerprint \"{}\" as of {}",
                          truncate_utf8(key, limits::max_fingerprint_bytes), describe(moment)));
}

Result<OtlpBatch> decode(const OtlpBody& body, Timestamp received_at) {
  return body.signal == OtlpSignal::logs
             ? decode_otlp_logs(body.bytes, body.encoding, received_at)
             : decode_otlp_traces(body.bytes, body.encoding, received_at);
}

}  // namespace rounds::tools
