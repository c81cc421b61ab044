// The bytes of one event: schema/event.fbs, to and from the domain's Event.
//
// Part of eventlog/. Reading trusts nothing: it runs the FlatBuffers verifier, then checks every
// value. An EventEncoder belongs to one thread; decode_event may be called from any.
#pragma once

#include <string_view>

#include <flatbuffers/flatbuffer_builder.h>

#include "core/error.hpp"
#include "core/event.hpp"
#include "core/ids.hpp"
#include "core/lifecycle.hpp"
#include "core/time.hpp"
#include "eventlog/recorded_template.hpp"

namespace rounds {

class EventEncoder {
 public:
  // The bytes of `event`, in the first schema version that can say it. They stay valid until the
  // next call.
  [[nodiscard]] std::string_view encode(const Event& event);

 private:
  [[nodiscard]] std::string_view build(const Event& event);

  flatbuffers::FlatBufferBuilder builder_;
  codec::RecordedTemplates templates_;
};

// Reads what encode() of this or an earlier release wrote. `bytes` may have any alignment.
// Errors: corruption names what is wrong; unsupported for events of a newer schema version or of a
// kind that this release does not know, with the sequence, the kind and the way out.
[[nodiscard]] Result<Event> decode_event(std::string_view bytes);

// What folding needs of an event. Nearly all hold OccurrencesRecorded and only add to numbers; of
// those this is all, and reading it allocates nothing.
struct BriefEvent {
  Sequence sequence = 0;
  Version version = 0;
  SignatureId signature_id;
  // Of OccurrencesRecorded. 0: the event is of another kind, and decode_event() reads it.
  std::uint64_t recorded_count = 0;
  Timestamp first_seen{};
  Timestamp last_seen{};
};

// The run of this event alone, which must hold OccurrencesRecorded.
[[nodiscard]] inline RecordedRun recorded_run_of(const BriefEvent& event) {
  return {event.recorded_count, event.first_seen, event.last_seen, event.version, event.sequence};
}

// Reads the numbers of an event. Checks them, and the structure of the bytes, as decode_event()
// does, but not what it leaves out: provenance and exemplars. Errors: as decode_event().
[[nodiscard]] Result<BriefEvent> decode_brief_event(std::string_view bytes);

}  // namespace rounds
