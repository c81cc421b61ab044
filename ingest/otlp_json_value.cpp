#include "ingest/otlp_json_value.hpp"

#include <array>
#include <limits>
#include <optional>
#include <string_view>

#include "ingest/base64.hpp"

namespace rounds::otlp {
namespace json = boost::json;
using json_access::Path;
namespace {

Result<void> read_string(const json::value& member, const Path& path, v1::AnyValue& value) {
  const auto* text = member.if_string();
  if (text == nullptr) return json_access::wrong_type(path, "a string", member);
  value.set_string_value(text->data(), text->size());
  return {};
}

Result<void> read_bool(const json::value& member, const Path& path, v1::AnyValue& value) {
  const auto* flag = member.if_bool();
  if (flag == nullptr) return json_access::wrong_type(path, "a boolean", member);
  value.set_bool_value(*flag);
  return {};
}

Result<void> read_int(const json::value& member, const Path& path, v1::AnyValue& value) {
  const auto number = json_access::read_signed(member, json_access::IntegerForm::number_or_text);
  if (!number) {
    return json_access::wrong_type(path, "a 64-bit integer as a number or string", member);
  }
  value.set_int_value(*number);
  return {};
}

// What JSON numbers cannot say, as protobuf's JSON mapping writes it.
std::optional<double> parse_special_double(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

Result<void> read_double(const json::value& member, const Path& path, v1::AnyValue& value) {
  std::optional<double> number;
  if (const auto* text = member.if_string()) number = parse_special_double(*text);
  if (member.is_number()) number = member.to_number<double>();
  if (!number) {
    return json_access::wrong_type(path, R"(a number, "NaN", "Infinity" or "-Infinity")", member);
  }
  value.set_double_value(*number);
  return {};
}

Result<void> read_bytes(const json::value& member, const Path& path, v1::AnyValue& value) {
  const auto* text = member.if_string();
  auto bytes = text == nullptr ? std::nullopt : decode_base64(*text);
  if (!bytes) return json_access::wrong_type(path, "a string of base64", member);
  value.set_bytes_value(std::move(*bytes));
  return {};
}

Result<void> read_array(const json::value& member, const Path& path, v1::AnyValue& value) {
  const auto object = json_access::as_object(member, path);
  if (!object) return std::unexpected(object.error());
  auto* values = value.mutable_array_value()->mutable_values();
  return json_access::for_each_object(**object, "values", path,
                                      [values](const json::object& item, const Path& item_path) {
                                        return read_json_value(item, item_path, *values->Add());
                                      });
}

Result<void> read_key_values(const json::object& owner, std::string_view key, const Path& path,
                             Attributes& key_values) {
  return json_access::for_each_object(
      owner, key, path,
      [&key_values](const json::object& item, const Path& item_path) -> Result<void> {
        const auto name = json_access::text_member(item, "key", item_path);
        if (!name) return std::unexpected(name.error());
        const auto object = json_access::object_member(item, "value", item_path);
        if (!object) return std::unexpected(object.error());
        v1::KeyValue& key_value = *key_values.Add();
        key_value.set_key(name->data(), name->size());
        if (*object == nullptr) return {};
        return read_json_value(**object, Path(item_path, "value"), *key_value.mutable_value());
      });
}

Result<void> read_map(const json::value& member, const Path& path, v1::AnyValue& value) {
  const auto object = json_access::as_object(member, path);
  if (!object) return std::unexpected(object.error());
  return read_key_values(**object, "values", path, *value.mutable_kvlist_value()->mutable_values());
}

struct ValueMember {
  std::string_view name;
  Result<void> (*read)(const json::value&, const Path&, v1::AnyValue&);
};

constexpr std::array<ValueMember, 7> value_members{{{"stringValue", read_string},
                                                    {"boolValue", read_bool},
                                                    {"intValue", read_int},
                                                    {"doubleValue", read_double},
                                                    {"arrayValue", read_array},
                                                    {"kvlistValue", read_map},
                                                    {"bytesValue", read_bytes}}};

}  // namespace

Result<void> read_json_attributes(const json::object& owner, const Path& path,
                                  Attributes& attributes) {
  return read_key_values(owner, "attributes", path, attributes);
}

Result<void> read_json_value(const json::object& object, const Path& path, v1::AnyValue& value) {
  for (const ValueMember& known : value_members) {
    const json::value* member = json_access::find_member(object, known.name);
    if (member == nullptr) continue;
    return known.read(*member, Path(path, known.name), value);
  }
  return {};
}

}  // namespace rounds::otlp
