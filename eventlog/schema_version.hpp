// The versions of schema/event.fbs: which one an event is written as, and how events of earlier
// ones become today's.
//
// Part of eventlog/. docs/evolution.md says when a version is added and what it takes. Pure: usable
// from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/event.hpp"

namespace rounds {

// The version of schema/event.fbs that this build has. It reads this one and all earlier ones.
inline constexpr std::uint16_t event_schema_version = 3;

// The first version that can say all of `event`: events that say nothing new keep their bytes.
[[nodiscard]] std::uint16_t schema_version_of(const Event& event);

// Makes of an event of version n, read with today's schema, what it means in version n + 1. What
// version n did not have is absent then; a step does more only where absent is not what it meant.
using UpcastStep = void (*)(Event&);

// From version 1 to 2, from 2 to 3, and so on: one for each earlier version. None touches count and
// times of OccurrencesRecorded: decode_brief_event() reads those as they were written.
extern const std::array<UpcastStep, event_schema_version - 1> upcast_steps;

// Makes today's event of one that was written as `version`, from 1 to steps.size() + 1.
void upcast(Event& event, std::uint16_t version, std::span<const UpcastStep> steps = upcast_steps);

}  // namespace rounds
