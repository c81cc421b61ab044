#include "ingest/sentry_json.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "core/ids.hpp"
#include "core/utf8.hpp"
#include "ingest/clean_text.hpp"
#include "ingest/json_access.hpp"

namespace rounds::sentry {
namespace json = boost::json;
namespace {

// The UTF-16 unit of the escape "\uXXXX" at the front of `text`.
std::optional<std::uint16_t> escaped_unit(std::string_view text) {
  constexpr std::size_t escape_bytes = 6;
  std::array<std::uint8_t, 2> unit{};
  if (!text.starts_with("\\u") || text.size() < escape_bytes) return std::nullopt;
  if (!parse_hex(text.substr(2, 4), unit)) return std::nullopt;
  return static_cast<std::uint16_t>(unit[0] << 8U | unit[1]);
}

bool is_high_surrogate(std::uint16_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low_surrogate(std::uint16_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

// `text` with the escapes of surrogates that have no other half replaced. Linear.
std::string repair_surrogates(std::string text) {
  constexpr std::size_t escape_bytes = 6;
  for (std::size_t i = text.find('\\'); i < text.size(); i = text.find('\\', i)) {
    const std::string_view rest = std::string_view(text).substr(i);
    const auto unit = escaped_unit(rest);
    if (!unit) {
      i += 2;  // the escaped character is none that begins an escape
      continue;
    }
    const bool is_high = is_high_surrogate(*unit);
    const auto next = is_high ? escaped_unit(rest.substr(escape_bytes)) : std::nullopt;
    if (next && is_low_surrogate(*next)) {
      i += 2 * escape_bytes;
      continue;
    }
    if (is_high || is_low_surrogate(*unit)) text.replace(i, escape_bytes, "\\ufffd");
    i += escape_bytes;
  }
  return text;
}

}  // namespace

Result<json::value> parse_json(std::string_view text, json::storage_ptr storage) {
  auto document = json_access::parse_document(text, max_json_depth, storage);
  if (document) return document;
  // What is well-formed, as nearly all is, does not pay for the repair.
  const std::string repaired = repair_surrogates(clean_text(text));
  if (repaired == text) return document;
  return json_access::parse_document(repaired, max_json_depth, std::move(storage));
}

std::string text_of(const json::value& value, std::size_t max_bytes) {
  if (value.is_null()) return {};
  if (const auto* text = value.if_string()) return std::string(truncate_utf8(*text, max_bytes));
  const std::string text = value.is_double() ? fmt::format("{}", value.get_double())  // not 7.5E0
                                             : json::serialize(value);
  return std::string(truncate_utf8(text, max_bytes));
}

const json::object* object_in(const json::object& owner, std::string_view key) {
  const json::value* value = json_access::find_member(owner, key);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* array_in(const json::object& owner, std::string_view key) {
  const json::value* value = json_access::find_member(owner, key);
  return value == nullptr ? nullptr : value->if_array();
}

std::string_view string_in(const json::object& owner, std::string_view key) {
  const json::value* value = json_access::find_member(owner, key);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::optional<std::int64_t> integer_in(const json::object& owner, std::string_view key) {
  const json::value* value = json_access::find_member(owner, key);
  if (value == nullptr) return std::nullopt;
  const auto number = json_access::read_signed(*value, json_access::IntegerForm::number);
  if (!number) return std::nullopt;
  return *number;
}

std::optional<bool> bool_in(const json::object& owner, std::string_view key) {
  const json::value* value = json_access::find_member(owner, key);
  const bool* flag = value == nullptr ? nullptr : value->if_bool();
  if (flag == nullptr) return std::nullopt;
  return *flag;
}

std::string text_in(const json::object& owner, std::string_view key, std::size_t max_bytes) {
  const json::value* value = json_access::find_member(owner, key);
  return value == nullptr ? std::string() : text_of(*value, max_bytes);
}

std::vector<const json::object*> values_in(const json::object& owner, std::string_view key,
                                           std::size_t max_count) {
  std::vector<const json::object*> values;
  const json::array* list = array_in(owner, key);
  if (list == nullptr) {
    const json::object* interface = object_in(owner, key);
    if (interface == nullptr) return values;
    list = array_in(*interface, "values");
    if (list == nullptr) {
      if (!interface->contains("values")) values.push_back(interface);
      return values;
    }
  }
  for (auto value = list->rbegin(); value != list->rend() && values.size() < max_count; ++value) {
    if (value->is_object()) values.push_back(&value->get_object());
  }
  std::ranges::reverse(values);
  return values;
}

}  // namespace rounds::sentry
