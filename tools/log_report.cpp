#include "tools/log_report.hpp"

#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "api/json_text.hpp"
#include "tools/printable.hpp"

namespace rounds::tools {
namespace {

boost::json::value watermark_to_json(const std::optional<Watermark>& watermark) {
  if (!watermark) return nullptr;
  return boost::json::object{{"sequence", watermark->sequence}, {"closed", watermark->closed}};
}

}  // namespace

std::string events_text(Sequence first, Sequence last) {
  return first == last ? fmt::format("event {}", first)
                       : fmt::format("events {} to {}", first, last);
}

boost::json::object error_to_json(const Error& error) {
  return {{"code", to_string(error.code)}, {"message", api::json_string(error.message)}};
}

boost::json::object to_json(const LogVerification& verification) {
  boost::json::array damages;
  for (const LogDamage& damage : verification.damages) {
    auto object = error_to_json(damage.error);
    object["first"] = damage.first;
    object["last"] = damage.last;
    damages.emplace_back(std::move(object));
  }
  boost::json::array signatures;
  for (const AffectedSignature& affected : verification.affected_signatures) {
    signatures.emplace_back(boost::json::object{{"id", affected.id.to_string()},
                                                {"first_missing_version", affected.first_missing},
                                                {"last_missing_version", affected.last_missing}});
  }
  return {{"sound", verification.is_sound()},
          {"last_sequence", verification.last_sequence},
          {"event_count", verification.event_count},
          {"signature_count", verification.signature_count},
          {"watermark", watermark_to_json(verification.watermark)},
          {"damage_count", verification.damage_count},
          {"damages", std::move(damages)},
          {"affected_signature_count", verification.affected_signature_count},
          {"affected_signatures", std::move(signatures)}};
}

std::string to_text(const LogVerification& verification) {
  std::string text =
      fmt::format("{} of {} events of {} signatures are sound\n", verification.event_count,
                  verification.last_sequence, verification.signature_count);
  if (verification.watermark) {
    text += fmt::format("the watermark says that {} were acknowledged\n",
                        verification.watermark->sequence);
  }
  for (const LogDamage& damage : verification.damages) {
    text += fmt::format("damaged: {}: {}\n", events_text(damage.first, damage.last),
                        printable(damage.error.message));
  }
  if (verification.damage_count > verification.damages.size()) {
    text += fmt::format("and {} more places\n",
                        verification.damage_count - verification.damages.size());
  }
  for (const AffectedSignature& affected : verification.affected_signatures) {
    text += fmt::format("affected: signature {}: versions {} to {} are missing\n",
                        affected.id.to_string(), affected.first_missing, affected.last_missing);
  }
  if (verification.affected_signature_count > verification.affected_signatures.size()) {
    text += fmt::format("and {} more signatures\n", verification.affected_signature_count -
                                                        verification.affected_signatures.size());
  }
  return text;
}

}  // namespace rounds::tools
