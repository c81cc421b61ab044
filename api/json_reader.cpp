#include "api/json_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/utf8.hpp"

namespace rounds::api {
ObjectReader::ObjectReader(const boost::json::value& value, std::string_view what)
    : object_(value.if_object()), what_(what) {
  if (object_ == nullptr) {
    keep({ErrorCode::invalid_argument, fmt::format("{} must be a JSON object", what_)});
  }
}

void ObjectReader::keep(Error error) {
  if (!error_) error_ = std::move(error);
}

const boost::json::value* ObjectReader::find(std::string_view name) {
  known_.emplace_back(name);
  if (object_ == nullptr) return nullptr;
  const boost::json::value* value = object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const boost::json::value* ObjectReader::require(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value == nullptr) {
    keep({ErrorCode::invalid_argument, fmt::format("{} lacks \"{}\"", what_, name)});
  }
  return value;
}

void ObjectReader::wrong_type(std::string_view name, std::string_view expected) {
  keep(
      {ErrorCode::invalid_argument, fmt::format("\"{}\" of {} must be {}", name, what_, expected)});
}

std::optional<std::string> ObjectReader::as_text(std::string_view name,
                                                 const boost::json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (const auto* string = value->if_string()) return std::string(*string);
  wrong_type(name, "a string");
  return std::nullopt;
}

std::optional<std::vector<std::string>> ObjectReader::as_texts(std::string_view name,
                                                               const boost::json::value* value) {
  if (value == nullptr) return std::nullopt;
  const auto* array = value->if_array();
  if (array == nullptr ||
      !std::ranges::all_of(*array, [](const auto& item) { return item.is_string(); })) {
    wrong_type(name, "a list of strings");
    return std::nullopt;
  }
  std::vector<std::string> texts;
  texts.reserve(array->size());
  for (const boost::json::value& item : *array) texts.emplace_back(item.get_string());
  return texts;
}

std::optional<std::uint64_t> ObjectReader::as_count(std::string_view name,
                                                    const boost::json::value* value) {
  if (value == nullptr) return std::nullopt;
  boost::json::error_code error;
  const auto count = value->to_number<std::uint64_t>(error);
  if (!error) return count;
  wrong_type(name, "a whole number of 0 or more");
  return std::nullopt;
}

std::optional<Timestamp> ObjectReader::as_time(std::string_view name,
                                               const boost::json::value* value) {
  const auto text = as_text(name, value);
  if (!text) return std::nullopt;
  auto time = parse_rfc3339(*text);
  if (time) return *time;
  keep(time.error().with_context(fmt::format("\"{}\" of {}", name, what_)));
  return std::nullopt;
}

std::string ObjectReader::text(std::string_view name) {
  return as_text(name, require(name)).value_or(std::string{});
}

std::vector<std::string> ObjectReader::texts(std::string_view name) {
  return as_texts(name, require(name)).value_or(std::vector<std::string>{});
}

double ObjectReader::number(std::string_view name) {
  const boost::json::value* value = require(name);
  if (value == nullptr) return 0.0;
  boost::json::error_code error;
  const auto number = value->to_number<double>(error);
  if (error) wrong_type(name, "a number");
  return number;
}

std::uint64_t ObjectReader::count(std::string_view name) {
  return as_count(name, require(name)).value_or(0);
}

Timestamp ObjectReader::time(std::string_view name) {
  return as_time(name, require(name)).value_or(Timestamp{});
}

std::optional<std::string> ObjectReader::optional_text(std::string_view name) {
  return as_text(name, find(name));
}

std::optional<std::vector<std::string>> ObjectReader::optional_texts(std::string_view name) {
  return as_texts(name, find(name));
}

std::optional<std::uint64_t> ObjectReader::optional_count(std::string_view name) {
  return as_count(name, find(name));
}

std::optional<Timestamp> ObjectReader::optional_time(std::string_view name) {
  return as_time(name, find(name));
}

const boost::json::value* ObjectReader::optional_value(std::string_view name) {
  return find(name);
}

Result<void> ObjectReader::finish(UnknownMembers unknown) {
  if (unknown == UnknownMembers::refuse && object_ != nullptr) {
    for (const auto& member : *object_) {
      const std::string_view name = member.key();
      if (std::ranges::find(known_, name) != known_.end()) continue;
      keep({ErrorCode::invalid_argument,
            fmt::format("{} has an unknown member \"{}\"; it takes {}", what_, excerpt(name),
                        fmt::join(known_, ", "))});
    }
  }
  if (error_) return std::unexpected(*error_);
  return {};
}

}  // namespace rounds::api
