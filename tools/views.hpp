// What people see of signatures, histories and statistics: as tables, for a terminal of
// `columns` (0: no terminal, nothing is cut).
//
// Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "core/event.hpp"
#include "core/signature.hpp"
#include "core/signature_store.hpp"

namespace rounds::tools {

// One line for each signature.
[[nodiscard]] std::string signatures_table(std::span<const Signature> signatures,
                                           std::size_t columns);

// Everything about one signature, one line for each property; nothing is cut.
[[nodiscard]] std::string signature_sheet(const Signature& signature);

// One line for each event.
[[nodiscard]] std::string events_table(std::span<const Event> events, std::size_t columns);

// The age of the oldest signature is that at `now`; left out without it, for statistics of the
// past.
[[nodiscard]] std::string stats_sheet(const StoreStats& stats, std::optional<Timestamp> now);

}  // namespace rounds::tools
