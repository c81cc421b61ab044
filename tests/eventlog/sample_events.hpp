// One event of every kind, with all fields filled: what golden bytes and round trips are made from.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/event.hpp"
#include "eventlog/schema_version.hpp"

namespace rounds::test {

// Name and event of every kind of a schema version, in the order of the kinds, with every field
// that the version has. Never change those of a released version: their bytes are kept in
// schema/history.
[[nodiscard]] std::vector<std::pair<std::string, Event>> golden_events(
    std::uint16_t version = event_schema_version);

// A well-formed history: `count` events of one signature, which begin at `first_sequence`.
[[nodiscard]] std::vector<Event> occurrence_events(Sequence first_sequence, std::size_t count,
                                                   const std::string& name = "a");

}  // namespace rounds::test
