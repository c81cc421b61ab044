// One event of every kind, with all fields filled: what golden bytes and round trips are made from.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/event.hpp"

namespace rounds::test {

// Name and event, in the order of the kinds. Never change an existing one: its bytes are kept in
// schema/history. Add new ones at the end.
[[nodiscard]] std::vector<std::pair<std::string, Event>> golden_events();

// A well-formed history: `count` events of one signature, which begin at `first_sequence`.
[[nodiscard]] std::vector<Event> occurrence_events(Sequence first_sequence, std::size_t count,
                                                   const std::string& name = "a");

}  // namespace rounds::test
