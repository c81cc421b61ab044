#include "api/store_json.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "api/event_json.hpp"
#include "api/json_text.hpp"
#include "api/signature_json.hpp"

namespace rounds::api {

boost::json::object signatures_to_json(std::span<const Signature> signatures) {
  boost::json::array array;
  array.reserve(signatures.size());
  for (const Signature& signature : signatures) array.emplace_back(signature_to_json(signature));
  return {{"signatures", std::move(array)}};
}

boost::json::object page_to_json(const SignaturePage& page) {
  boost::json::object object = signatures_to_json(page.signatures);
  object["next_cursor"] = json_string_or_null(page.next ? page.next->encode() : std::string{});
  object["sequence"] = page.sequence;
  return object;
}

boost::json::object history_page_to_json(const HistoryPage& page) {
  boost::json::array events;
  events.reserve(page.events.size());
  for (const Event& event : page.events) events.emplace_back(event_to_json(event));
  const std::string next = page.next ? std::to_string(*page.next) : std::string{};
  return {{"events", std::move(events)},
          {"next_cursor", json_string_or_null(next)},
          {"sequence", page.sequence}};
}

Result<Version> history_cursor_from_text(std::string_view text) {
  Version version = 0;
  const char* end = std::to_address(text.end());
  const auto [rest, error] = std::from_chars(std::to_address(text.begin()), end, version);
  if (error != std::errc{} || rest != end) {
    return fail(ErrorCode::invalid_argument,
                "the cursor is not one that this store gave out; begin again without it");
  }
  return version;
}

boost::json::object stats_to_json(const StoreStats& stats, std::optional<Timestamp> now) {
  boost::json::object by_status;
  for (const Status status : all_statuses) {
    const auto found = stats.by_status.find(status);
    by_status[to_string(status)] = found == stats.by_status.end() ? 0 : found->second;
  }
  boost::json::object by_service;
  for (const auto& [service, count] : stats.by_service) by_service[json_string(service)] = count;
  boost::json::object object{{"total", stats.signature_count},
                             {"occurrence_count", stats.occurrence_count},
                             {"mean_occurrence_count", stats.mean_occurrence_count()},
                             {"by_status", std::move(by_status)},
                             {"by_service", std::move(by_service)},
                             {"oldest_first_seen", nullptr},
                             {"oldest_age_seconds", nullptr},
                             {"sequence", stats.sequence}};
  if (stats.oldest_first_seen) {
    object["oldest_first_seen"] = json_time(*stats.oldest_first_seen);
    using Seconds = std::chrono::duration<double>;
    if (now) {
      object["oldest_age_seconds"] =
          std::max(0.0, Seconds(*now - *stats.oldest_first_seen).count());
    }
  }
  return object;
}

}  // namespace rounds::api
