#include "api/event_json.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include <boost/json/array.hpp>

#include "api/json_text.hpp"
#include "api/signature_json.hpp"

namespace rounds::api {
namespace {

template <typename Id>
boost::json::value id_or_null(const Id& id) {
  return json_string_or_null(id.is_present() ? id.to_hex() : std::string{});
}

boost::json::object exemplar_to_json(const Exemplar& exemplar) {
  return {{"time", json_time(exemplar.time)},
          {"trace_id", id_or_null(exemplar.trace_id)},
          {"span_id", id_or_null(exemplar.span_id)},
          {"severity", exemplar.severity},
          {"message", json_string(exemplar.message)}};
}

boost::json::object occurrences_to_json(const OccurrenceSummary& occurrences) {
  boost::json::array exemplars;
  for (const Exemplar& exemplar : occurrences.exemplars) {
    exemplars.emplace_back(exemplar_to_json(exemplar));
  }
  return {{"count", occurrences.count},
          {"first_seen", json_time(occurrences.first_seen)},
          {"last_seen", json_time(occurrences.last_seen)},
          {"exemplars", std::move(exemplars)}};
}

boost::json::value diagnosis_or_null(const std::shared_ptr<const Diagnosis>& diagnosis) {
  if (!diagnosis) return nullptr;
  return diagnosis_to_json(*diagnosis);
}

// Adds what the kind of an event carries to its object.
struct AddPayload {
  boost::json::object& object;

  void operator()(const SignatureDetected& payload) const {
    object["identity"] = identity_to_json(*payload.identity);
    object["occurrences"] = occurrences_to_json(payload.occurrences);
    object["aliases"] = json_strings(payload.aliases);
  }
  void operator()(const OccurrencesRecorded& payload) const {
    object["occurrences"] = occurrences_to_json(payload.occurrences);
  }
  void operator()(const SignatureDiagnosed& payload) const {
    object["diagnosis"] = diagnosis_to_json(*payload.diagnosis);
  }
  void operator()(const SignatureResolved& payload) const {
    object["fix"] = nullptr;
    if (payload.fix) object["fix"] = json_string(*payload.fix);
    object["release"] = nullptr;
    if (payload.release) object["release"] = json_string(*payload.release);
  }
  void operator()(const SignatureRestored& payload) const {
    object["status"] = to_string(payload.status);
    object["diagnosis"] = diagnosis_or_null(payload.diagnosis);
  }
  void operator()(const TagsChanged& payload) const {
    object["added"] = json_strings(payload.added);
    object["removed"] = json_strings(payload.removed);
  }
  void operator()(const SignatureImported& payload) const {
    object["signature"] = signature_to_json(payload.signature);
  }
  void operator()(const FingerprintsAdded& payload) const {
    object["fingerprints"] = json_strings(payload.fingerprints);
  }
  void operator()(const SignatureRegressed&) const {}
  void operator()(const InvestigationStarted&) const {}
  void operator()(const InvestigationReverted&) const {}
  void operator()(const SignatureMuted&) const {}
  void operator()(const SignatureRetriaged&) const {}
};

}  // namespace

boost::json::object event_to_json(const Event& event) {
  boost::json::object object{{"sequence", event.sequence},
                             {"version", event.version},
                             {"signature_id", event.signature_id.to_string()},
                             {"time", json_time(event.time)},
                             {"kind", kind_name(event.payload)},
                             {"actor", json_string_or_null(event.provenance.actor)},
                             {"reason", json_string_or_null(event.provenance.reason)},
                             {"request_id", json_string_or_null(event.provenance.request_id)}};
  std::visit(AddPayload{object}, event.payload);
  return object;
}

}  // namespace rounds::api
