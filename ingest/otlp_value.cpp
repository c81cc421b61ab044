#include "ingest/otlp_value.hpp"

#include <iterator>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "ingest/base64.hpp"
#include "ingest/clean_text.hpp"

namespace rounds::otlp {
namespace {

// Writes compact JSON and stops, somewhere, once there is more of it than needed: the caller cuts.
// Recursion is bounded by the decoders, which refuse deeply nested values.
class CompactWriter {
 public:
  explicit CompactWriter(std::size_t enough_bytes) : enough_bytes_(enough_bytes) {}

  void write(const v1::AnyValue& value) {
    if (is_enough()) return;
    switch (value.value_case()) {
      case v1::AnyValue::kStringValue:
        write_string(value.string_value());
        break;
      case v1::AnyValue::kBytesValue:
        write_string(encode_base64(std::string_view(value.bytes_value()).substr(0, enough_bytes_)));
        break;
      case v1::AnyValue::kArrayValue:
        write_list('[', ']', value.array_value().values(),
                   [this](const v1::AnyValue& item) { write(item); });
        break;
      case v1::AnyValue::kKvlistValue:
        write_list('{', '}', value.kvlist_value().values(), [this](const v1::KeyValue& member) {
          write_string(member.key());
          text_.push_back(':');
          write(member.value());
        });
        break;
      default:
        write_scalar(value);
    }
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] bool is_enough() const { return text_.size() > enough_bytes_; }

  void write_scalar(const v1::AnyValue& value) {
    const auto end = std::back_inserter(text_);
    if (value.has_bool_value()) {
      fmt::format_to(end, "{}", value.bool_value());
    } else if (value.has_int_value()) {
      fmt::format_to(end, "{}", value.int_value());
    } else if (value.has_double_value()) {
      fmt::format_to(end, "{}", value.double_value());
    } else {
      text_.append("null");
    }
  }

  void write_string(std::string_view string) {
    text_.append(boost::json::serialize(string.substr(0, enough_bytes_)));
  }

  template <typename Items, typename Write>
  void write_list(char open, char close, const Items& items, Write write_item) {
    text_.push_back(open);
    bool first = true;
    for (const auto& item : items) {
      if (is_enough()) return;
      if (!first) text_.push_back(',');
      first = false;
      write_item(item);
    }
    text_.push_back(close);
  }

  std::size_t enough_bytes_;
  std::string text_;
};

}  // namespace

const v1::AnyValue* find_attribute(const Attributes& attributes, std::string_view key) {
  for (const v1::KeyValue& attribute : attributes) {
    if (attribute.key() == key) return &attribute.value();
  }
  return nullptr;
}

bool has_content(const v1::AnyValue* value) {
  if (value == nullptr || value->value_case() == v1::AnyValue::VALUE_NOT_SET) return false;
  return !value->has_string_value() || !value->string_value().empty();
}

std::string text_of(const v1::AnyValue* value, std::size_t max_bytes) {
  if (value == nullptr || value->value_case() == v1::AnyValue::VALUE_NOT_SET) return {};
  if (value->has_string_value()) return clean_text(value->string_value(), max_bytes);
  if (value->has_bytes_value()) {
    // Unquoted, like a string.
    return clean_text(encode_base64(std::string_view(value->bytes_value()).substr(0, max_bytes)),
                      max_bytes);
  }
  CompactWriter writer(max_bytes);
  writer.write(*value);
  return clean_text(writer.text(), max_bytes);
}

}  // namespace rounds::otlp
