#include "ingest/sentry_fingerprint.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "core/fingerprint.hpp"
#include "core/limits.hpp"
#include "core/utf8.hpp"
#include "ingest/grouping.hpp"
#include "ingest/json_access.hpp"
#include "ingest/sentry_json.hpp"

namespace rounds::sentry {
namespace json = boost::json;
namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

// The frame that stands for the place of the failure; null if there are none.
const StackFrame* place_of(const Occurrence& occurrence) {
  const auto& frames = occurrence.frames;  // the newest last
  const auto own = std::ranges::find(frames.rbegin(), frames.rend(), FrameOrigin::application,
                                     &StackFrame::origin);
  if (own != frames.rend()) return &*own;
  return frames.empty() ? nullptr : &frames.back();
}

// What a variable stands for; nothing if it is none that is known.
std::optional<std::string> value_of(std::string_view variable, const json::object& event,
                                    const Occurrence& occurrence) {
  if (variable == "default") return std::string(fingerprint_default);
  if (variable == "type" || variable == "error.type") return occurrence.error_type;
  if (variable == "message" || variable == "value" || variable == "error.value") {
    return message_template_v2(occurrence.message);
  }
  if (variable == "level" || variable == "logger" || variable == "transaction") {
    return text_in(event, variable);
  }
  const StackFrame* place = place_of(occurrence);
  if (variable == "function" || variable == "stack.function") {
    return place == nullptr ? std::string() : place->function;
  }
  if (variable == "module" || variable == "stack.module") {
    return place == nullptr ? std::string() : place->module;
  }
  return std::nullopt;
}

// One mark in a message, without what it begins with.
struct Mark {
  std::size_t bytes = 0;  // of the whole mark; 0: it is none
  std::string_view name;  // empty: the next value
};

// Reads "%s", "%5.2f", "%(name)s" or "{}", "{0}", "{name}" at the front of `text`. Bounded, since
// real ones are short.
Mark read_mark(std::string_view text) {
  constexpr std::size_t max_mark_bytes = 64;
  text = text.substr(0, max_mark_bytes);
  if (text.front() == '{') {
    const std::size_t end = text.find_first_of("{}", 1);
    if (end == std::string_view::npos || text[end] != '}') return {};
    const std::string_view name = text.substr(1, end - 1);
    const bool counts = name.find_first_not_of("0123456789") == std::string_view::npos;
    return {end + 1, counts ? std::string_view() : name};
  }
  Mark mark;
  std::size_t at = 1;
  if (text.substr(at).starts_with('(')) {
    const std::size_t end = text.find(')');
    if (end == std::string_view::npos) return {};
    mark.name = text.substr(at + 1, end - at - 1);
    at = end + 1;
  }
  at = std::min(text.find_first_not_of("0123456789.+-# ", at), text.size());
  if (at == text.size() ||
      std::string_view("sdifruxXcoeEgGaj").find(text[at]) == std::string_view::npos) {
    return {};
  }
  mark.bytes = at + 1;
  return mark;
}

}  // namespace

std::vector<std::string> read_fingerprint(const json::object& event, const Occurrence& occurrence) {
  std::vector<std::string> parts;
  const json::array* list = array_in(event, "fingerprint");
  if (list == nullptr) return parts;
  for (const json::value& element : *list) {
    std::string part = text_of(element, no_limit);
    const auto variable = fingerprint_variable(part);
    auto value = variable ? value_of(*variable, event, occurrence) : std::nullopt;
    parts.push_back(value ? *std::move(value) : std::move(part));
  }
  return parts;
}

std::string format_message(std::string_view message, const json::value& params) {
  const json::array* list = params.if_array();
  const json::object* named = params.if_object();
  std::string text;
  std::size_t next = 0;
  for (std::size_t i = 0; i < message.size() && text.size() < limits::max_message_bytes;) {
    if (message.substr(i).starts_with("%%")) {
      text += '%';
      i += 2;
      continue;
    }
    const bool may_begin = message[i] == '%' || message[i] == '{';
    const Mark mark = may_begin ? read_mark(message.substr(i)) : Mark();
    const json::value* value = nullptr;
    if (mark.bytes > 0 && !mark.name.empty() && named != nullptr) {
      value = json_access::find_member(*named, mark.name);
    } else if (mark.bytes > 0 && mark.name.empty() && list != nullptr && next < list->size()) {
      value = &(*list)[next++];
    }
    if (value != nullptr) {
      text += value->is_null() ? "null" : text_of(*value, limits::max_message_bytes);
      i += mark.bytes;
    } else {
      text += message[i++];
    }
  }
  return std::string(truncate_utf8(text, limits::max_message_bytes));
}

}  // namespace rounds::sentry
