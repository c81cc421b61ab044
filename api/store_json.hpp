// The answers of a store in JSON: pages of signatures and of events, and the statistics.
//
// Pure: usable from any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/signature_store.hpp"

namespace rounds::api {

// {"signatures": [...], "next_cursor": text or null, "sequence": N}.
[[nodiscard]] boost::json::object page_to_json(const SignaturePage& page);

// Reads what page_to_json() wrote; signatures come back as signature_from_json() reads them. Like
// all readers below, it ignores members it does not know. Errors: invalid_argument names the member
// that is wrong.
[[nodiscard]] Result<SignaturePage> page_from_json(const boost::json::value& value);

// {"signatures": [...]}: an answer that has no further pages.
[[nodiscard]] boost::json::object signatures_to_json(std::span<const Signature> signatures);

// Reads what signatures_to_json() wrote. Errors: invalid_argument.
[[nodiscard]] Result<std::vector<Signature>> signatures_from_json(const boost::json::value& value);

// {"events": [...], "next_cursor": text or null, "sequence": N}.
[[nodiscard]] boost::json::object history_page_to_json(const HistoryPage& page);

// Reads what history_page_to_json() wrote. Errors: those of event_from_json().
[[nodiscard]] Result<HistoryPage> history_page_from_json(const boost::json::value& value);

// Reads the "next_cursor" of a history page. Errors: invalid_argument for anything else.
[[nodiscard]] Result<Version> history_cursor_from_text(std::string_view text);

// {"total", "occurrence_count", "mean_occurrence_count", "by_status", "by_service",
// "oldest_first_seen", "oldest_age_seconds", "sequence"}. by_status has every status, with 0 where
// no signature is; the oldest ones are null in an empty store. The age is that at `now`, never
// negative; null without `now`: of statistics of the past nobody asks how old it is today.
[[nodiscard]] boost::json::object stats_to_json(const StoreStats& stats,
                                                std::optional<Timestamp> now);

// Reads what stats_to_json() wrote; the mean and the age are computed, not read. Errors:
// invalid_argument.
[[nodiscard]] Result<StoreStats> stats_from_json(const boost::json::value& value);

}  // namespace rounds::api
