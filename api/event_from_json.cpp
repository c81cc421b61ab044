#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "api/event_json.hpp"
#include "api/json_reader.hpp"
#include "api/signature_json.hpp"
#include "core/utf8.hpp"

namespace rounds::api {
namespace {

template <typename Id>
Id read_id(ObjectReader& reader, std::string_view name) {
  Id id;
  const std::string text = reader.optional_text(name).value_or(std::string{});
  if (!text.empty() && !parse_hex(text, id.bytes)) {
    reader.keep(
        {ErrorCode::invalid_argument,
         fmt::format("\"{}\" of the exemplar must be {} hex digits", name, 2 * id.bytes.size())});
  }
  return id;
}

Result<Exemplar> exemplar_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the exemplar");
  Exemplar exemplar;
  exemplar.time = reader.time("time");
  exemplar.trace_id = read_id<TraceId>(reader, "trace_id");
  exemplar.span_id = read_id<SpanId>(reader, "span_id");
  const std::uint64_t severity = reader.count("severity");
  if (severity > max_severity) {
    reader.keep(
        {ErrorCode::invalid_argument,
         fmt::format("\"severity\" of the exemplar is {}, over {}", severity, max_severity)});
  }
  exemplar.severity = static_cast<SeverityNumber>(severity);
  exemplar.message = reader.text("message");
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return exemplar;
}

Result<OccurrenceSummary> occurrences_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the occurrences");
  OccurrenceSummary occurrences;
  occurrences.count = reader.count("count");
  occurrences.first_seen = reader.time("first_seen");
  occurrences.last_seen = reader.time("last_seen");
  occurrences.exemplars = reader.list("exemplars", exemplar_from_json);
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return occurrences;
}

std::shared_ptr<const Diagnosis> read_diagnosis(ObjectReader& reader) {
  return std::make_shared<const Diagnosis>(
      reader.nested("diagnosis", recorded_diagnosis_from_json));
}

SignatureDetected read_detected(ObjectReader& reader) {
  auto identity = reader.nested("identity", identity_from_json);
  SignatureDetected detected{std::make_shared<const SignatureIdentity>(std::move(identity)),
                             reader.nested("occurrences", occurrences_from_json)};
  // Earlier releases do not say it.
  if (reader.optional_value("aliases") != nullptr) detected.aliases = reader.texts("aliases");
  return detected;
}

SignatureRestored read_restored(ObjectReader& reader) {
  SignatureRestored restored;
  restored.status =
      reader.parsed("status", [](std::string_view text) { return parse_status(text); });
  if (reader.optional_value("diagnosis") != nullptr) restored.diagnosis = read_diagnosis(reader);
  return restored;
}

// The version and last_sequence of an imported signature are those of the envelope.
SignatureImported read_imported(ObjectReader& reader) {
  return {reader.nested("signature", signature_from_json)};
}

// The names are those of kind_name() (core/event.hpp).
EventPayload read_payload(ObjectReader& reader) {
  const std::string kind = reader.text("kind");
  if (kind == "signature_detected") return read_detected(reader);
  if (kind == "occurrences_recorded") {
    return OccurrencesRecorded{reader.nested("occurrences", occurrences_from_json)};
  }
  if (kind == "signature_regressed") return SignatureRegressed{};
  if (kind == "investigation_started") return InvestigationStarted{};
  if (kind == "investigation_reverted") return InvestigationReverted{};
  if (kind == "signature_diagnosed") return SignatureDiagnosed{read_diagnosis(reader)};
  if (kind == "signature_resolved") {
    return SignatureResolved{reader.optional_text("fix"), reader.optional_text("release")};
  }
  if (kind == "signature_muted") return SignatureMuted{};
  if (kind == "signature_retriaged") return SignatureRetriaged{};
  if (kind == "signature_restored") return read_restored(reader);
  if (kind == "tags_changed") return TagsChanged{reader.texts("added"), reader.texts("removed")};
  if (kind == "signature_imported") return read_imported(reader);
  if (kind == "fingerprints_added") return FingerprintsAdded{reader.texts("fingerprints")};
  reader.keep({ErrorCode::unsupported,
               fmt::format("there is no event kind \"{}\" in this release; use a newer one",
                           excerpt(kind))});
  return SignatureRegressed{};
}

}  // namespace

Result<Event> event_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the event");
  Event event;
  event.sequence = reader.count("sequence");
  event.version = reader.count("version");
  event.signature_id =
      reader.parsed("signature_id", [](std::string_view text) { return SignatureId::parse(text); });
  event.time = reader.time("time");
  event.provenance.actor = reader.optional_text("actor").value_or(std::string{});
  event.provenance.reason = reader.optional_text("reason").value_or(std::string{});
  event.provenance.request_id = reader.optional_text("request_id").value_or(std::string{});
  event.payload = read_payload(reader);
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return event;
}

}  // namespace rounds::api
