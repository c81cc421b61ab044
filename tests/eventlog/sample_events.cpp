#include "tests/eventlog/sample_events.hpp"

#include <memory>

#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

OccurrenceSummary full_summary() {
  const auto identity = make_identity("golden");
  OccurrenceSummary summary;
  summary.add(make_occurrence(identity, at_second(10)).exemplar);
  Exemplar late = make_occurrence(identity, at_second(70)).exemplar;
  late.severity = severity_fatal;
  summary.add(late);
  Exemplar without_trace;
  without_trace.time = at_second(30);
  without_trace.message = "no trace: \xC3\xA4\xE2\x82\xAC";
  summary.add(without_trace);
  summary.count = 1234567;
  return summary;
}

Signature full_signature() {
  Signature signature;
  signature.identity = make_identity("imported", "billing", "");
  signature.first_seen = at_second(-3600);
  signature.last_seen = at_second(7200);
  signature.occurrence_count = 42;
  signature.status = Status::diagnosed;
  signature.diagnosis = std::make_shared<const Diagnosis>(make_diagnosis());
  signature.tags = {"database", "urgent"};
  return signature;
}

}  // namespace

std::vector<std::pair<std::string, Event>> golden_events(std::uint16_t version) {
  const auto diagnosis = std::make_shared<const Diagnosis>(make_diagnosis());
  SignatureResolved resolved{"raise the pool size to 64"};
  if (version >= 2) resolved.release = "2.4.1";
  SignatureDetected detected{make_identity("golden"), full_summary()};
  SignatureImported imported{full_signature()};
  if (version >= 3) {
    detected.aliases = {"v1-golden"};
    imported.signature.aliases = std::make_shared<const FingerprintAliases>(
        FingerprintAliases{"v1-imported", "v0-imported"});
  }
  std::vector<EventPayload> payloads{
      detected,
      OccurrencesRecorded{full_summary()},
      SignatureRegressed{},
      InvestigationStarted{},
      InvestigationReverted{},
      SignatureDiagnosed{diagnosis},
      resolved,
      SignatureMuted{},
      SignatureRetriaged{},
      SignatureRestored{Status::diagnosed, diagnosis},
      TagsChanged{{"database", "urgent"}, {"new"}},
      imported,
  };
  if (version >= 3) payloads.emplace_back(FingerprintsAdded{{"v2:golden", "v3:golden"}});
  std::vector<std::pair<std::string, Event>> events;
  Sequence sequence = 1000;
  for (const EventPayload& payload : payloads) {
    Event event;
    event.sequence = ++sequence;
    event.version = sequence - 990;
    for (std::size_t i = 0; i < event.signature_id.bytes.size(); ++i) {
      event.signature_id.bytes[i] = static_cast<std::uint8_t>(16 * i + 1);
    }
    event.time = at_second(86400) + std::chrono::microseconds{123456};
    event.provenance = {"ada", "pool exhausted since the deploy", "req-0001"};
    event.payload = payload;
    if (auto* taken_over = std::get_if<SignatureImported>(&event.payload)) {
      taken_over->signature.id = event.signature_id;
    }
    events.emplace_back(kind_name(payload), std::move(event));
  }
  return events;
}

std::vector<Event> occurrence_events(Sequence first_sequence, std::size_t count,
                                     const std::string& name) {
  const auto identity = make_identity(name);
  std::vector<Event> events;
  for (std::size_t i = 0; i < count; ++i) {
    Event event;
    event.sequence = first_sequence + i;
    event.version = i + 1;
    event.signature_id.bytes[0] = static_cast<std::uint8_t>(name.front());
    event.time = at_second(static_cast<std::int64_t>(event.sequence));
    OccurrenceSummary summary;
    summary.add(make_occurrence(identity, event.time).exemplar);
    if (i == 0) {
      event.payload = SignatureDetected{identity, summary};
    } else {
      event.payload = OccurrencesRecorded{summary};
    }
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace rounds::test
