#include "eventlog/recorded_template.hpp"

#include <schema/event_generated.h>

#include "core/check.hpp"
#include "eventlog/state_codec.hpp"

namespace rounds::codec {
namespace {

// Which template an event is made from; none if it has more than numbers, or numbers that
// FlatBuffers would leave out.
std::optional<std::size_t> form_of(const Event& event) {
  const auto* recorded = std::get_if<OccurrencesRecorded>(&event.payload);
  if (recorded == nullptr || !recorded->occurrences.exemplars.empty()) return std::nullopt;
  const OccurrenceSummary& summary = recorded->occurrences;
  if (event.sequence == 0 || event.version == 0 || event.time == Timestamp{} ||
      summary.first_seen == Timestamp{}) {
    return std::nullopt;
  }
  const bool once = summary.count == 1;
  const bool at_once = summary.first_seen == summary.last_seen;
  return (once ? 1U : 0U) + (at_once ? 2U : 0U);
}

void set_numbers(const Event& event, std::uint8_t* bytes) {
  const OccurrenceSummary& summary = std::get<OccurrencesRecorded>(event.payload).occurrences;
  auto* wire = flatbuffers::GetMutableRoot<schema::Event>(bytes);
  auto* recorded = static_cast<schema::OccurrencesRecorded*>(wire->mutable_payload());
  schema::OccurrenceSummary* occurrences = recorded->mutable_occurrences();
  *wire->mutable_signature_id() = write_id(event.signature_id);
  const auto duration =
      static_cast<std::uint64_t>((summary.last_seen - summary.first_seen).count());
  const bool set =
      wire->mutate_sequence(event.sequence) && wire->mutate_version(event.version) &&
      wire->mutate_time_us(microseconds_since_epoch(event.time)) &&
      occurrences->mutate_first_seen_us(microseconds_since_epoch(summary.first_seen)) &&
      occurrences->mutate_duration_us(duration) && occurrences->mutate_count(summary.count);
  ROUNDS_CHECK(set, "events of one form have the same fields");
}

}  // namespace

std::optional<std::string_view> RecordedTemplates::encode(const Event& event) {
  const auto form = form_of(event);
  if (!form) return std::nullopt;
  Template& known = templates_[*form];
  if (known.bytes.empty() || known.provenance != event.provenance) return std::nullopt;
  set_numbers(event, known.bytes.data());
  return std::string_view(reinterpret_cast<const char*>(known.bytes.data()), known.bytes.size());
}

void RecordedTemplates::remember(const Event& event, std::string_view bytes) {
  const auto form = form_of(event);
  if (form) templates_[*form] = {event.provenance, {bytes.begin(), bytes.end()}};
}

}  // namespace rounds::codec
