// The answers of a store in JSON: pages of signatures and of events, and the statistics.
//
// Pure: usable from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "core/signature_store.hpp"

namespace rounds::api {

// {"signatures": [...], "next_cursor": text or null, "sequence": N}.
[[nodiscard]] boost::json::object page_to_json(const SignaturePage& page);

// {"signatures": [...]}: an answer that has no further pages.
[[nodiscard]] boost::json::object signatures_to_json(std::span<const Signature> signatures);

// {"events": [...], "next_cursor": text or null, "sequence": N}.
[[nodiscard]] boost::json::object history_page_to_json(const HistoryPage& page);

// Reads the "next_cursor" of a history page. Errors: invalid_argument for anything else.
[[nodiscard]] Result<Version> history_cursor_from_text(std::string_view text);

// {"total", "occurrence_count", "mean_occurrence_count", "by_status", "by_service",
// "oldest_first_seen", "oldest_age_seconds", "sequence"}. by_status has every status, with 0 where
// no signature is; the oldest ones are null in an empty store. The age is that at `now`, never
// negative.
[[nodiscard]] boost::json::object stats_to_json(const StoreStats& stats, Timestamp now);

}  // namespace rounds::api
