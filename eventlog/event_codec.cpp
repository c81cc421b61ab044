#include "eventlog/event_codec.hpp"

#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <schema/event_generated.h>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "eventlog/schema_version.hpp"
#include "eventlog/state_codec.hpp"

namespace rounds {
namespace {

using codec::Builder;
using codec::Offset;

// Nesting of version 1: event, payload, summary, exemplars. Deeper buffers are not ours.
constexpr flatbuffers::uoffset_t max_table_depth = 16;
constexpr flatbuffers::uoffset_t max_tables = 4096;

struct WrittenPayload {
  schema::EventPayload type = schema::EventPayload::NONE;
  Offset<void> offset;
};

template <typename T>
WrittenPayload written(schema::EventPayload type, Offset<T> offset) {
  return {type, offset.Union()};
}

// An id of all zeros means "not known" and is left out.
template <typename Wire, std::size_t N>
const Wire* present_or_null(const std::array<std::uint8_t, N>& bytes, Wire& wire) {
  if (bytes == std::array<std::uint8_t, N>{}) return nullptr;
  wire = Wire(flatbuffers::span<const std::uint8_t, N>(bytes));
  return &wire;
}

Offset<schema::OccurrenceSummary> write_summary(Builder& builder,
                                                const OccurrenceSummary& summary) {
  std::vector<Offset<schema::Exemplar>> exemplars;
  exemplars.reserve(summary.exemplars.size());
  for (const Exemplar& exemplar : summary.exemplars) {
    ROUNDS_CHECK(exemplar.time >= summary.first_seen, "an exemplar lies within its summary");
    const auto message = codec::write_text(builder, exemplar.message);
    schema::TraceId trace_id;
    schema::SpanId span_id;
    exemplars.push_back(schema::CreateExemplar(
        builder, static_cast<std::uint64_t>((exemplar.time - summary.first_seen).count()),
        present_or_null(exemplar.trace_id.bytes, trace_id),
        present_or_null(exemplar.span_id.bytes, span_id), exemplar.severity, message));
  }
  const auto vector = exemplars.empty() ? Offset<flatbuffers::Vector<Offset<schema::Exemplar>>>{}
                                        : builder.CreateVector(exemplars);
  return schema::CreateOccurrenceSummary(
      builder, microseconds_since_epoch(summary.first_seen),
      static_cast<std::uint64_t>((summary.last_seen - summary.first_seen).count()), summary.count,
      vector);
}

// One overload per kind of event.
class PayloadWriter {
 public:
  explicit PayloadWriter(Builder& builder) : builder_(builder) {}

  WrittenPayload operator()(const SignatureDetected& payload) const {
    const auto identity = codec::write_identity(builder_, *payload.identity);
    const auto occurrences = write_summary(builder_, payload.occurrences);
    const auto aliases = codec::write_texts(builder_, payload.aliases);
    return written(schema::EventPayload::SignatureDetected,
                   schema::CreateSignatureDetected(builder_, identity, occurrences, aliases));
  }
  WrittenPayload operator()(const OccurrencesRecorded& payload) const {
    const auto occurrences = write_summary(builder_, payload.occurrences);
    return written(schema::EventPayload::OccurrencesRecorded,
                   schema::CreateOccurrencesRecorded(builder_, occurrences));
  }
  WrittenPayload operator()(const SignatureRegressed&) const {
    return written(schema::EventPayload::SignatureRegressed,
                   schema::CreateSignatureRegressed(builder_));
  }
  WrittenPayload operator()(const InvestigationStarted&) const {
    return written(schema::EventPayload::InvestigationStarted,
                   schema::CreateInvestigationStarted(builder_));
  }
  WrittenPayload operator()(const InvestigationReverted&) const {
    return written(schema::EventPayload::InvestigationReverted,
                   schema::CreateInvestigationReverted(builder_));
  }
  WrittenPayload operator()(const SignatureDiagnosed& payload) const {
    const auto diagnosis = codec::write_diagnosis(builder_, *payload.diagnosis);
    return written(schema::EventPayload::SignatureDiagnosed,
                   schema::CreateSignatureDiagnosed(builder_, diagnosis));
  }
  WrittenPayload operator()(const SignatureResolved& payload) const {
    // An empty text is not the same as none: it is written.
    const auto write = [this](const std::optional<std::string>& text) {
      return text ? builder_.CreateString(*text) : Offset<flatbuffers::String>{};
    };
    const auto fix = write(payload.fix);
    const auto release = write(payload.release);
    return written(schema::EventPayload::SignatureResolved,
                   schema::CreateSignatureResolved(builder_, fix, release));
  }
  WrittenPayload operator()(const SignatureMuted&) const {
    return written(schema::EventPayload::SignatureMuted, schema::CreateSignatureMuted(builder_));
  }
  WrittenPayload operator()(const SignatureRetriaged&) const {
    return written(schema::EventPayload::SignatureRetriaged,
                   schema::CreateSignatureRetriaged(builder_));
  }
  WrittenPayload operator()(const SignatureRestored& payload) const {
    const auto diagnosis = payload.diagnosis ? codec::write_diagnosis(builder_, *payload.diagnosis)
                                             : Offset<schema::Diagnosis>{};
    return written(
        schema::EventPayload::SignatureRestored,
        schema::CreateSignatureRestored(builder_, codec::write_status(payload.status), diagnosis));
  }
  WrittenPayload operator()(const TagsChanged& payload) const {
    const auto added = codec::write_texts(builder_, payload.added);
    const auto removed = codec::write_texts(builder_, payload.removed);
    return written(schema::EventPayload::TagsChanged,
                   schema::CreateTagsChanged(builder_, added, removed));
  }
  WrittenPayload operator()(const SignatureImported& payload) const {
    const auto state = codec::write_state(builder_, payload.signature);
    return written(schema::EventPayload::SignatureImported,
                   schema::CreateSignatureImported(builder_, state));
  }
  WrittenPayload operator()(const FingerprintsAdded& payload) const {
    const auto fingerprints = codec::write_texts(builder_, payload.fingerprints);
    return written(schema::EventPayload::FingerprintsAdded,
                   schema::CreateFingerprintsAdded(builder_, fingerprints));
  }

 private:
  Builder& builder_;
};

std::unexpected<Error> damaged(std::string message) {
  return fail(ErrorCode::corruption, std::move(message));
}

Result<Exemplar> read_exemplar(const schema::Exemplar& wire, Timestamp first_seen,
                               std::uint64_t duration_us) {
  if (wire.after_first_seen_us() > duration_us) return damaged("an exemplar lies after last_seen");
  Exemplar exemplar;
  exemplar.time =
      first_seen + std::chrono::microseconds{static_cast<std::int64_t>(wire.after_first_seen_us())};
  if (wire.trace_id() != nullptr) {
    std::memcpy(exemplar.trace_id.bytes.data(), wire.trace_id()->bytes()->Data(), 16);
  }
  if (wire.span_id() != nullptr) {
    std::memcpy(exemplar.span_id.bytes.data(), wire.span_id()->bytes()->Data(), 8);
  }
  exemplar.severity = wire.severity();
  exemplar.message = codec::read_text(wire.message());
  return exemplar;
}

// Count and times, without the exemplars.
Result<OccurrenceSummary> read_numbers(const schema::OccurrenceSummary* wire) {
  if (wire == nullptr || wire->count() == 0) return damaged("the summary of occurrences is absent");
  const auto first_seen = codec::read_time("first_seen", wire->first_seen_us());
  if (!first_seen) return std::unexpected(first_seen.error());
  // Compared before it is added, so that a damaged duration cannot overflow.
  if (wire->duration_us() > static_cast<std::uint64_t>((max_timestamp - *first_seen).count())) {
    return damaged(
        fmt::format("last_seen is {} us after first_seen, not a time", wire->duration_us()));
  }
  OccurrenceSummary summary;
  summary.count = wire->count();
  summary.first_seen = *first_seen;
  summary.last_seen =
      *first_seen + std::chrono::microseconds{static_cast<std::int64_t>(wire->duration_us())};
  return summary;
}

Result<OccurrenceSummary> read_summary(const schema::OccurrenceSummary* wire) {
  auto summary = read_numbers(wire);
  if (!summary || wire->exemplars() == nullptr) return summary;
  for (const schema::Exemplar* exemplar : *wire->exemplars()) {
    auto value = read_exemplar(*exemplar, summary->first_seen, wire->duration_us());
    if (!value) return std::unexpected(std::move(value.error()));
    summary->exemplars.push_back(*std::move(value));
  }
  return summary;
}

Result<EventPayload> read_detected(const schema::SignatureDetected& wire) {
  auto identity = codec::read_identity(wire.identity());
  if (!identity) return std::unexpected(std::move(identity.error()));
  auto occurrences = read_summary(wire.occurrences());
  if (!occurrences) return std::unexpected(std::move(occurrences.error()));
  auto aliases = codec::read_aliases(wire.aliases(), (*identity)->fingerprint);
  if (!aliases) return std::unexpected(std::move(aliases.error()));
  return SignatureDetected{*std::move(identity), *std::move(occurrences), *std::move(aliases)};
}

Result<EventPayload> read_added(const schema::FingerprintsAdded& wire) {
  auto fingerprints = codec::read_aliases(wire.fingerprints(), {});
  if (!fingerprints) return std::unexpected(std::move(fingerprints.error()));
  if (fingerprints->empty()) return damaged("the added fingerprints are absent");
  return FingerprintsAdded{*std::move(fingerprints)};
}

Result<EventPayload> read_recorded(const schema::OccurrencesRecorded& wire) {
  auto occurrences = read_summary(wire.occurrences());
  if (!occurrences) return std::unexpected(std::move(occurrences.error()));
  return OccurrencesRecorded{*std::move(occurrences)};
}

Result<EventPayload> read_diagnosed(const schema::SignatureDiagnosed& wire) {
  auto diagnosis = codec::read_diagnosis(wire.diagnosis());
  if (!diagnosis) return std::unexpected(std::move(diagnosis.error()));
  if (*diagnosis == nullptr) return damaged("the diagnosis is absent");
  return SignatureDiagnosed{*std::move(diagnosis)};
}

SignatureResolved read_resolved(const schema::SignatureResolved& wire) {
  const auto read = [](const flatbuffers::String* text) {
    return text == nullptr ? std::nullopt : std::optional(codec::read_text(text));
  };
  return {read(wire.fix()), read(wire.release())};
}

Result<EventPayload> read_restored(const schema::SignatureRestored& wire) {
  const auto status = codec::read_status(wire.status());
  if (!status) return std::unexpected(status.error());
  auto diagnosis = codec::read_diagnosis(wire.diagnosis());
  if (!diagnosis) return std::unexpected(std::move(diagnosis.error()));
  return SignatureRestored{*status, *std::move(diagnosis)};
}

Result<EventPayload> read_imported(const schema::SignatureImported& wire, const SignatureId& id) {
  auto signature = codec::read_state(wire.signature());
  if (!signature) return std::unexpected(std::move(signature.error()));
  signature->id = id;
  return SignatureImported{*std::move(signature)};
}

// What to do about an event of a newer release. Skipping it would make every answer wrong.
constexpr std::string_view way_out =
    "open the data directory with the release that wrote it, or a newer one";

std::unexpected<Error> unknown_kind(const schema::Event& event) {
  return fail(ErrorCode::unsupported,
              fmt::format("event {} is of kind {}, which this release does not know; {}",
                          event.sequence(), static_cast<int>(event.payload_type()), way_out));
}

Result<EventPayload> read_payload(const schema::Event& event, const SignatureId& id) {
  switch (event.payload_type()) {
    case schema::EventPayload::SignatureDetected:
      return read_detected(*event.payload_as_SignatureDetected());
    case schema::EventPayload::OccurrencesRecorded:
      return read_recorded(*event.payload_as_OccurrencesRecorded());
    case schema::EventPayload::SignatureRegressed:
      return SignatureRegressed{};
    case schema::EventPayload::InvestigationStarted:
      return InvestigationStarted{};
    case schema::EventPayload::InvestigationReverted:
      return InvestigationReverted{};
    case schema::EventPayload::SignatureDiagnosed:
      return read_diagnosed(*event.payload_as_SignatureDiagnosed());
    case schema::EventPayload::SignatureResolved:
      return read_resolved(*event.payload_as_SignatureResolved());
    case schema::EventPayload::SignatureMuted:
      return SignatureMuted{};
    case schema::EventPayload::SignatureRetriaged:
      return SignatureRetriaged{};
    case schema::EventPayload::SignatureRestored:
      return read_restored(*event.payload_as_SignatureRestored());
    case schema::EventPayload::TagsChanged:
      return TagsChanged{codec::read_texts(event.payload_as_TagsChanged()->added()),
                         codec::read_texts(event.payload_as_TagsChanged()->removed())};
    case schema::EventPayload::SignatureImported:
      return read_imported(*event.payload_as_SignatureImported(), id);
    case schema::EventPayload::FingerprintsAdded:
      return read_added(*event.payload_as_FingerprintsAdded());
    case schema::EventPayload::NONE:
      return damaged("the payload is absent");
  }
  return unknown_kind(event);
}

// Whether this release knows all that the event may say.
Result<void> check_known(const schema::Event& wire) {
  const std::uint16_t version = wire.schema_version();
  if (version == 0) return damaged("an event has schema version 0");
  if (version > event_schema_version) {
    return fail(ErrorCode::unsupported,
                fmt::format("event {} of kind {} has schema version {}; this release reads up to "
                            "{}: {}",
                            wire.sequence(), static_cast<int>(wire.payload_type()), version,
                            event_schema_version, way_out));
  }
  if (wire.payload_type() > schema::EventPayload::MAX) return unknown_kind(wire);
  return {};
}

Result<Event> read_event(const schema::Event& wire) {
  if (auto known = check_known(wire); !known) return std::unexpected(std::move(known.error()));
  const auto id = codec::read_id(wire.signature_id());
  if (!id) return std::unexpected(id.error());
  const auto time = codec::read_time("time", wire.time_us());
  if (!time) return std::unexpected(time.error());
  if (wire.payload() == nullptr) return damaged("the payload is absent");
  auto payload = read_payload(wire, *id);
  if (!payload) return std::unexpected(std::move(payload.error()));
  Event event;
  event.sequence = wire.sequence();
  event.signature_id = *id;
  event.version = wire.version();
  event.time = *time;
  event.provenance = {codec::read_text(wire.actor()), codec::read_text(wire.reason()),
                      codec::read_text(wire.request_id())};
  event.payload = *std::move(payload);
  upcast(event, wire.schema_version());
  return event;
}

}  // namespace

std::string_view EventEncoder::encode(const Event& event) {
  if (const auto made = templates_.encode(event)) return *made;
  const std::string_view built = build(event);
  templates_.remember(event, built);
  return built;
}

std::string_view EventEncoder::build(const Event& event) {
  builder_.Clear();
  const WrittenPayload payload = std::visit(PayloadWriter(builder_), event.payload);
  const auto actor = codec::write_text(builder_, event.provenance.actor);
  const auto reason = codec::write_text(builder_, event.provenance.reason);
  const auto request_id = codec::write_text(builder_, event.provenance.request_id);
  const schema::Uuid id = codec::write_id(event.signature_id);
  schema::FinishEventBuffer(
      builder_, schema::CreateEvent(builder_, event.sequence, event.version, &id,
                                    microseconds_since_epoch(event.time), schema_version_of(event),
                                    actor, reason, request_id, payload.type, payload.offset));
  return {reinterpret_cast<const char*>(builder_.GetBufferPointer()), builder_.GetSize()};
}

namespace {

// The table in `bytes`, after the verifier; valid until the next call on this thread.
Result<const schema::Event*> verified(std::string_view bytes) {
  constexpr std::size_t smallest_buffer = 16;  // a root offset, an identifier and an empty table
  if (bytes.size() < smallest_buffer) return damaged("the bytes are not an event");
  // FlatBuffers reads in place and needs 8-byte alignment, which bytes from a block do not have.
  thread_local std::vector<std::uint64_t> aligned;
  aligned.resize((bytes.size() + 7) / 8);
  std::memcpy(aligned.data(), bytes.data(), bytes.size());
  const auto* data = reinterpret_cast<const std::uint8_t*>(aligned.data());
  flatbuffers::Verifier verifier(data, bytes.size(), max_table_depth, max_tables);
  if (!schema::VerifyEventBuffer(verifier)) return damaged("the bytes are not an event");
  return schema::GetEvent(data);
}

}  // namespace

Result<Event> decode_event(std::string_view bytes) {
  const auto wire = verified(bytes);
  if (!wire) return std::unexpected(wire.error());
  return read_event(**wire);
}

Result<BriefEvent> decode_brief_event(std::string_view bytes) {
  const auto wire = verified(bytes);
  if (!wire) return std::unexpected(wire.error());
  const schema::Event& event = **wire;
  if (auto known = check_known(event); !known) return std::unexpected(std::move(known.error()));
  const auto id = codec::read_id(event.signature_id());
  if (!id) return std::unexpected(id.error());
  if (auto time = codec::read_time("time", event.time_us()); !time) {
    return std::unexpected(std::move(time.error()));
  }
  BriefEvent brief{.sequence = event.sequence(), .version = event.version(), .signature_id = *id};
  const auto* recorded = event.payload_as_OccurrencesRecorded();
  if (recorded == nullptr) return brief;
  const auto numbers = read_numbers(recorded->occurrences());
  if (!numbers) return std::unexpected(numbers.error());
  brief.recorded_count = numbers->count;
  brief.first_seen = numbers->first_seen;
  brief.last_seen = numbers->last_seen;
  return brief;
}

}  // namespace rounds
