#include "ingest/json_access.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include <boost/json/parser.hpp>
#include <fmt/format.h>

namespace rounds::json_access {
namespace json = boost::json;
namespace {

std::string_view describe(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return "a number";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
  }
  return "something else";
}

template <typename Integer>
std::expected<Integer, IntegerProblem> from_double(double number) {
  if (!std::isfinite(number) || std::trunc(number) != number) {
    return std::unexpected(IntegerProblem::not_an_integer);
  }
  // Powers of two are exact as doubles; the largest integers are not.
  constexpr double end = std::is_signed_v<Integer> ? 0x1p63 : 0x1p64;
  constexpr double begin = std::is_signed_v<Integer> ? -0x1p63 : 0.0;
  if (number < begin || number >= end) return std::unexpected(IntegerProblem::out_of_range);
  return static_cast<Integer>(number);
}

template <typename Integer>
std::expected<Integer, IntegerProblem> from_text(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::unexpected(IntegerProblem::not_an_integer);
  }
  Integer number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc{}) return std::unexpected(IntegerProblem::out_of_range);
  return number;
}

template <typename Integer>
std::expected<Integer, IntegerProblem> read_integer(const json::value& value, IntegerForm form) {
  const auto checked = [](auto number) -> std::expected<Integer, IntegerProblem> {
    if (!std::in_range<Integer>(number)) return std::unexpected(IntegerProblem::out_of_range);
    return static_cast<Integer>(number);
  };
  if (const auto* number = value.if_int64()) return checked(*number);
  if (const auto* number = value.if_uint64()) return checked(*number);
  if (const auto* number = value.if_double()) return from_double<Integer>(*number);
  const auto* text = value.if_string();
  if (text == nullptr || form == IntegerForm::number) {
    return std::unexpected(IntegerProblem::not_an_integer);
  }
  return from_text<Integer>(*text);
}

}  // namespace

std::string Path::to_string() const {
  if (parent_ == nullptr) return "the document";
  const std::string parent = parent_->parent_ == nullptr ? std::string() : parent_->to_string();
  if (key_.empty()) return fmt::format("{}[{}]", parent, index_);
  return parent.empty() ? std::string(key_) : fmt::format("{}.{}", parent, key_);
}

Result<json::value> parse_document(std::string_view text, std::size_t max_depth,
                                   json::storage_ptr storage) {
  json::parse_options options;
  options.max_depth = max_depth;
  json::parser parser({}, options);
  parser.reset(std::move(storage));
  json::error_code error;
  const std::size_t consumed = parser.write_some(text.data(), text.size(), error);
  if (!error && consumed == text.size()) return parser.release();
  std::string reason = "something follows the JSON document";
  if (error) reason = error.message();
  if (error == json::error::too_deep) reason = fmt::format("more than {} levels deep", max_depth);
  return fail(ErrorCode::invalid_argument,
              fmt::format("not valid JSON: {} (at byte {} of {})", reason, consumed, text.size()));
}

std::unexpected<Error> wrong_type(const Path& path, std::string_view expected,
                                  const json::value& actual) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} must be {}, not {}", path.to_string(), expected, describe(actual)));
}

Result<const json::object*> as_object(const json::value& value, const Path& path) {
  if (const auto* object = value.if_object()) return object;
  return wrong_type(path, "an object", value);
}

const json::value* find_member(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<const json::object*> object_member(const json::object& object, std::string_view key,
                                          const Path& path) {
  const json::value* value = find_member(object, key);
  if (value == nullptr) return nullptr;
  return as_object(*value, Path(path, key));
}

Result<const json::array*> array_member(const json::object& object, std::string_view key,
                                        const Path& path) {
  const json::value* value = find_member(object, key);
  if (value == nullptr) return nullptr;
  if (const auto* array = value->if_array()) return array;
  return wrong_type(Path(path, key), "an array", *value);
}

Result<std::string_view> text_member(const json::object& object, std::string_view key,
                                     const Path& path) {
  const json::value* value = find_member(object, key);
  if (value == nullptr) return std::string_view{};
  if (const auto* text = value->if_string()) return std::string_view(*text);
  return wrong_type(Path(path, key), "a string", *value);
}

std::expected<std::int64_t, IntegerProblem> read_signed(const json::value& value,
                                                        IntegerForm form) {
  return read_integer<std::int64_t>(value, form);
}

std::expected<std::uint64_t, IntegerProblem> read_unsigned(const json::value& value,
                                                           IntegerForm form) {
  return read_integer<std::uint64_t>(value, form);
}

}  // namespace rounds::json_access
