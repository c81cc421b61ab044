// The bytes of one event: schema/event.fbs (version 1), to and from the domain's Event.
//
// Part of eventlog/. Reading trusts nothing: it runs the FlatBuffers verifier, then checks every
// value. An EventEncoder belongs to one thread; decode_event may be called from any.
#pragma once

#include <string_view>

#include <flatbuffers/flatbuffer_builder.h>

#include "core/error.hpp"
#include "core/event.hpp"

namespace rounds {

// The version of schema/event.fbs that this build writes. It reads this one and all earlier ones.
inline constexpr std::uint16_t event_schema_version = 1;

class EventEncoder {
 public:
  // The bytes of `event`. They stay valid until the next call.
  [[nodiscard]] std::string_view encode(const Event& event);

 private:
  flatbuffers::FlatBufferBuilder builder_;
};

// Reads what encode() wrote. `bytes` may have any alignment.
// Errors: corruption names what is wrong; unsupported for events of a newer schema version or of a
// kind that this release does not know.
[[nodiscard]] Result<Event> decode_event(std::string_view bytes);

}  // namespace rounds
