// Reads a JSON object member by member and keeps the first thing that is wrong with it.
//
// Each getter marks its member as known and returns its value, or a default once something was
// wrong; finish() tells at the end. So a caller lists the members it wants and checks once:
//
//   ObjectReader reader(value, "the diagnosis");
//   diagnosis.root_cause = reader.text("root_cause");
//   if (auto valid = reader.finish(UnknownMembers::refuse); !valid) return ...
//
// One reader belongs to one thread and refers to the value it was made from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "core/time.hpp"

namespace rounds::api {

enum class UnknownMembers : std::uint8_t {
  refuse,  // requests: a misspelt member must not be ignored silently
  ignore,  // answers of a server that may be newer than this program
};

class ObjectReader {
 public:
  // `what` names the object in messages. `value` must outlive the reader.
  ObjectReader(const boost::json::value& value, std::string_view what);

  // Required members.
  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] double number(std::string_view name);
  [[nodiscard]] std::uint64_t count(std::string_view name);
  [[nodiscard]] Timestamp time(std::string_view name);

  // Members that may be absent or null.
  [[nodiscard]] std::optional<std::string> optional_text(std::string_view name);
  [[nodiscard]] std::optional<std::vector<std::string>> optional_texts(std::string_view name);
  [[nodiscard]] std::optional<std::uint64_t> optional_count(std::string_view name);
  [[nodiscard]] std::optional<Timestamp> optional_time(std::string_view name);
  [[nodiscard]] const boost::json::value* optional_value(std::string_view name);  // null: absent

  // A required text that `parse` turns into a value: Result<T> parse(std::string_view).
  template <typename Parse>
  [[nodiscard]] auto parsed(std::string_view name, Parse parse) {
    using Value = typename decltype(parse(std::string_view{}))::value_type;
    const std::string value = text(name);
    if (error_) return Value{};
    return take(parse(value));
  }

  // A required member that `parse` turns into a value: Result<T> parse(const value&).
  template <typename Parse>
  [[nodiscard]] auto nested(std::string_view name, Parse parse) {
    using Value = typename decltype(parse(boost::json::value{}))::value_type;
    const boost::json::value* value = require(name);
    return value == nullptr ? Value{} : take(parse(*value));
  }

  // A required list whose elements `parse` turns into values.
  template <typename Parse>
  [[nodiscard]] auto list(std::string_view name, Parse parse) {
    using Value = typename decltype(parse(boost::json::value{}))::value_type;
    std::vector<Value> values;
    const boost::json::value* value = require(name);
    if (value == nullptr) return values;
    const auto* array = value->if_array();
    if (array == nullptr) {
      wrong_type(name, "a list");
      return values;
    }
    values.reserve(array->size());
    for (const boost::json::value& element : *array) values.push_back(take(parse(element)));
    return values;
  }

  // Keeps `error` unless there is an earlier one.
  void keep(Error error);

  // The first error, if any. Errors: invalid_argument names the object and the member that is
  // missing, of the wrong type or (with UnknownMembers::refuse) unknown, and then the known ones.
  [[nodiscard]] Result<void> finish(UnknownMembers unknown);

 private:
  // The member, or null if absent or null; marks it as known.
  const boost::json::value* find(std::string_view name);
  const boost::json::value* require(std::string_view name);

  template <typename Value>
  Value take(Result<Value> result) {
    if (result) return *std::move(result);
    keep(std::move(result.error()));
    return Value{};
  }
  void wrong_type(std::string_view name, std::string_view expected);

  std::optional<std::string> as_text(std::string_view name, const boost::json::value* value);
  std::optional<std::vector<std::string>> as_texts(std::string_view name,
                                                   const boost::json::value* value);
  std::optional<std::uint64_t> as_count(std::string_view name, const boost::json::value* value);
  std::optional<Timestamp> as_time(std::string_view name, const boost::json::value* value);

  const boost::json::object* object_ = nullptr;
  std::string what_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

}  // namespace rounds::api
