#include "ingest/sentry_event.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json/monotonic_resource.hpp>
#include <fmt/format.h>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/utf8.hpp"
#include "ingest/clean_text.hpp"
#include "ingest/json_access.hpp"
#include "ingest/sentry_fingerprint.hpp"
#include "ingest/sentry_json.hpp"
#include "ingest/sentry_stack.hpp"

namespace rounds::sentry {
namespace json = boost::json;
namespace {

constexpr std::string_view default_error_type = "Error";

// Sentry's levels and the first number of OpenTelemetry's range for each. An event without one, or
// with one that Sentry does not know, is an error.
SeverityNumber severity_of(std::string_view level) {
  constexpr std::array<std::pair<std::string_view, SeverityNumber>, 7> levels{
      {{"fatal", severity_fatal},
       {"critical", severity_fatal},
       {"warning", 13},
       {"warn", 13},
       {"info", 9},
       {"log", 9},
       {"debug", 5}}};
  const auto* found = std::ranges::find(levels, level, &decltype(levels)::value_type::first);
  return found == levels.end() ? severity_error : found->second;
}

// Seconds since the epoch, or RFC 3339; the oldest protocol leaves out the zone, which is UTC.
std::optional<Timestamp> read_timestamp(const json::object& event) {
  const json::value* member = json_access::find_member(event, "timestamp");
  if (member == nullptr) return std::nullopt;
  std::optional<Timestamp> time;
  if (const auto* text = member->if_string()) {
    auto parsed = parse_rfc3339(*text);
    if (!parsed) parsed = parse_rfc3339(std::string(*text) + "Z");
    if (parsed) time = *parsed;
  } else if (member->is_number()) {
    constexpr double microseconds_in_second = 1e6;
    const double microseconds = std::round(member->to_number<double>() * microseconds_in_second);
    // Exact as doubles, and far beyond all valid times.
    if (std::abs(microseconds) < 0x1p62) {
      time = timestamp_from_microseconds(static_cast<std::int64_t>(microseconds));
    }
  }
  return time && is_valid(*time) ? time : std::nullopt;
}

// The value of a tag; SDKs send an object, a list of pairs, or a list of {"key", "value"}.
std::string tag_of(const json::object& event, std::string_view name, std::size_t max_bytes) {
  if (const json::object* tags = object_in(event, "tags")) return text_in(*tags, name, max_bytes);
  const json::array* tags = array_in(event, "tags");
  if (tags == nullptr) return {};
  for (const json::value& tag : *tags) {
    if (const auto* pair = tag.if_array()) {
      const bool named = pair->size() == 2 && (*pair)[0].is_string() &&
                         std::string_view((*pair)[0].get_string()) == name;
      if (named) return text_of((*pair)[1], max_bytes);
    } else if (const auto* object = tag.if_object()) {
      if (string_in(*object, "key") == name) return text_in(*object, "value", max_bytes);
    }
  }
  return {};
}

// "shop" of the release "shop@1.2.0"; empty if it names a version alone.
std::string_view name_in_release(std::string_view release) {
  const std::size_t at = release.rfind('@');
  return at == std::string_view::npos ? std::string_view() : release.substr(0, at);
}

std::string service_of(const json::object& event, std::string_view project) {
  for (const std::string_view tag : {"service", "service.name"}) {
    std::string service = tag_of(event, tag, limits::max_name_bytes);
    if (!service.empty()) return service;
  }
  const std::string_view name = name_in_release(string_in(event, "release"));
  if (!name.empty()) return std::string(truncate_utf8(name, limits::max_name_bytes));
  return clean_text(fmt::format("project-{}", project), limits::max_name_bytes);
}

// The text of an event without an exception, with its values.
std::string read_message(const json::object& event) {
  const json::object* logged = object_in(event, "logentry");
  if (logged == nullptr) logged = object_in(event, "sentry.interfaces.Message");
  if (logged == nullptr) logged = object_in(event, "message");  // of older SDKs
  if (logged == nullptr) {
    const std::string text = text_in(event, "logentry", limits::max_message_bytes);
    return text.empty() ? text_in(event, "message", limits::max_message_bytes) : text;
  }
  std::string formatted = text_in(*logged, "formatted", limits::max_message_bytes);
  if (!formatted.empty()) return formatted;
  const std::string message = text_in(*logged, "message", limits::max_message_bytes);
  const json::value* params = json_access::find_member(*logged, "params");
  return params == nullptr ? message : format_message(message, *params);
}

template <typename Id>
Id read_id(const json::object& owner, std::string_view key) {
  Id id;
  return parse_hex(string_in(owner, key), id.bytes) ? id : Id();
}

void read_trace(const json::object& event, Occurrence& occurrence) {
  const json::object* contexts = object_in(event, "contexts");
  const json::object* trace = contexts == nullptr ? nullptr : object_in(*contexts, "trace");
  if (trace == nullptr) return;
  occurrence.trace_id = read_id<TraceId>(*trace, "trace_id");
  occurrence.span_id = read_id<SpanId>(*trace, "span_id");
}

// Whether the payload of an event is about something else than an error or a message.
bool is_other_kind(const json::object& event) {
  const std::string_view type = string_in(event, "type");
  return !type.empty() && type != "error" && type != "default" && type != "event";
}

// Reads what an event says failed. False if it is a message of a lower level.
bool read_failure(const json::object& event, Occurrence& occurrence) {
  const Platform platform = platform_of(event);
  occurrence.language = platform.language;
  occurrence.frame_order = FrameOrder::newest_last;
  occurrence.severity = severity_of(string_in(event, "level"));
  ExceptionChain chain;
  const bool has_exception = read_exceptions(event, platform, chain);
  // SDKs that add the stack to a message send it as an exception without a type.
  const bool is_message = !has_exception || chain.error.error_type.empty();
  if (is_message && occurrence.severity < severity_error) return false;
  occurrence.error_type = is_message ? default_error_type : chain.error.error_type;
  occurrence.message =
      chain.error.message.empty() ? read_message(event) : std::move(chain.error.message);
  occurrence.frames = std::move(chain.error.frames);
  occurrence.causes = std::move(chain.causes);
  if (occurrence.frames.empty()) occurrence.frames = read_event_frames(event, platform);
  occurrence.fingerprint_parts = read_fingerprint(event, occurrence);
  return true;
}

}  // namespace

std::string event_id_of(std::string_view text) {
  std::string digits(text);
  constexpr std::size_t uuid_text_bytes = 36;
  if (digits.size() == uuid_text_bytes) std::erase(digits, '-');
  std::array<std::uint8_t, 16> bytes{};
  return parse_hex(digits, bytes) ? to_hex(bytes) : std::string();
}

Result<Event> read_event(std::string_view payload, std::string_view project,
                         Timestamp received_at) {
  json::monotonic_resource memory;
  const auto document = parse_json(payload, &memory);
  if (!document) return std::unexpected(document.error());
  const auto root = json_access::as_object(*document, json_access::Path());
  if (!root) return std::unexpected(root.error());
  const json::object& object = **root;
  Event event;
  event.id = event_id_of(string_in(object, "event_id"));
  if (is_other_kind(object)) return event;
  event.kind = read_failure(object, event.occurrence) ? EventKind::error : EventKind::below_error;
  event.occurrence.service = service_of(object, project);
  event.occurrence.time = read_timestamp(object).value_or(received_at);
  read_trace(object, event.occurrence);
  return event;
}

}  // namespace rounds::sentry
