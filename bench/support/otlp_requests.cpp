#include "bench/support/otlp_requests.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "bench/support/synthetic.hpp"
#include "core/check.hpp"

namespace rounds::bench {
namespace {

namespace json = boost::json;

// What marks the holes that have no text: ids and times, in binary and as text.
constexpr char id_bytes_hole = '\x01';
constexpr char time_bytes_hole = '\x03';
constexpr char time_text_hole = '!';

constexpr std::size_t trace_id_bytes = 16;
constexpr std::size_t span_id_bytes = 8;
constexpr std::size_t time_digits = 19;  // of nanoseconds since 1970, from 2001 to 2286

constexpr int severity_number_error = 17;
constexpr std::string_view severity_text = "ERROR";

using Attributes = std::vector<std::pair<std::string_view, std::string_view>>;

Attributes resource_attributes(const ErrorRecord& error) {
  return {{"service.name", error.service},
          {"service.version", "1.4.2"},
          {"deployment.environment.name", "prod"},
          {"telemetry.sdk.language", error.language}};
}

Attributes exception_attributes(const ErrorRecord& error) {
  return {{"exception.type", error.type},
          {"exception.message", error.message},
          {"exception.stacktrace", error.stack_trace}};
}

std::string body_text(const ErrorRecord& error) {
  return "request failed: " + error.message;
}

// The protobuf encoding, field by field, with the numbers of OTLP.
class Message {
 public:
  void add_bytes(unsigned field, std::string_view content) {
    add_number(field << 3U | 2U);
    add_number(content.size());
    bytes_.append(content);
  }
  void add_varint(unsigned field, std::uint64_t value) {
    add_number(field << 3U);
    add_number(value);
  }
  void add_fixed64_hole(unsigned field) {
    add_number(field << 3U | 1U);
    bytes_.append(sizeof(std::uint64_t), time_bytes_hole);
  }
  void add_fixed32(unsigned field, std::uint32_t value) {
    add_number(field << 3U | 5U);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void add_attributes(unsigned field, const Attributes& attributes) {
    for (const auto& [key, value] : attributes) {
      Message key_value;
      key_value.add_bytes(1, key);
      key_value.add_bytes(2, string_value(value));
      add_bytes(field, key_value.bytes_);
    }
  }
  [[nodiscard]] static std::string string_value(std::string_view value) {
    Message any;
    any.add_bytes(1, value);
    return any.bytes_;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void add_number(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U) bytes_ += static_cast<char>(0x80U | (number & 0x7FU));
    bytes_ += static_cast<char>(number);
  }

  std::string bytes_;
};

struct ProtobufForm {
  static constexpr std::string_view content_type = "application/x-protobuf";

  static std::string record(const ErrorRecord& error) {
    Message record;
    record.add_fixed64_hole(1);
    record.add_varint(2, severity_number_error);
    record.add_bytes(3, severity_text);
    record.add_bytes(5, Message::string_value(body_text(error)));
    record.add_attributes(6, exception_attributes(error));
    record.add_fixed32(8, 1);
    record.add_bytes(9, std::string(trace_id_bytes, id_bytes_hole));
    record.add_bytes(10, std::string(span_id_bytes, id_bytes_hole));
    record.add_fixed64_hole(11);
    return record.bytes();
  }

  static std::string body(const std::vector<std::vector<const ErrorRecord*>>& resources) {
    Message request;
    for (const auto& errors : resources) {
      Message resource;
      resource.add_attributes(1, resource_attributes(*errors.front()));
      Message scope;
      scope.add_bytes(1, "");
      for (const ErrorRecord* error : errors) scope.add_bytes(2, record(*error));
      Message resource_logs;
      resource_logs.add_bytes(1, resource.bytes());
      resource_logs.add_bytes(2, scope.bytes());
      request.add_bytes(1, resource_logs.bytes());
    }
    return request.bytes();
  }
};

struct JsonForm {
  static constexpr std::string_view content_type = "application/json";

  static json::object string_value(std::string_view value) { return {{"stringValue", value}}; }

  static json::array attributes(const Attributes& attributes) {
    json::array list;
    for (const auto& [key, value] : attributes) {
      list.push_back(json::object{{"key", key}, {"value", string_value(value)}});
    }
    return list;
  }

  static json::object record_object(const ErrorRecord& error) {
    const std::string time(time_digits, time_text_hole);
    return {{"timeUnixNano", time},
            {"observedTimeUnixNano", time},
            {"severityNumber", severity_number_error},
            {"severityText", severity_text},
            {"body", string_value(body_text(error))},
            {"attributes", attributes(exception_attributes(error))},
            {"droppedAttributesCount", 0},
            {"flags", 1},
            {"traceId", std::string(2 * trace_id_bytes, hex_hole)},
            {"spanId", std::string(2 * span_id_bytes, hex_hole)}};
  }

  static std::string record(const ErrorRecord& error) {
    return json::serialize(record_object(error));
  }

  static std::string body(const std::vector<std::vector<const ErrorRecord*>>& resources) {
    json::array list;
    for (const auto& errors : resources) {
      json::array records;
      for (const ErrorRecord* error : errors) records.push_back(record_object(*error));
      const json::object scope{{"scope", json::object{{"name", "shop"}}}, {"logRecords", records}};
      list.push_back(json::object{
          {"resource",
           json::object{{"attributes", attributes(resource_attributes(*errors.front()))},
                        {"droppedAttributesCount", 0}}},
          {"scopeLogs", json::array{scope}}});
    }
    return json::serialize(json::object{{"resourceLogs", list}});
  }
};

bool marks_hole(char c) {
  return c == digits_hole || c == hex_hole || c == id_bytes_hole || c == time_bytes_hole ||
         c == time_text_hole;
}

void write_digits(std::span<char> out, std::uint64_t value) {
  for (char& digit : out) {
    digit = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  if (out.front() == '0') out.front() = '7';  // ids have no leading zeros
}

void write_time_text(std::span<char> out, std::uint64_t nanoseconds) {
  for (std::size_t i = out.size(); i > 0; --i) {
    out[i - 1] = static_cast<char>('0' + nanoseconds % 10);
    nanoseconds /= 10;
  }
}

void write_hex(std::span<char> out, std::uint64_t seed) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::size_t digits_of_a_number = 16;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % digits_of_a_number == 0) value = scramble(seed + i);
    out[i] = digits[value & 0xFU];
    value >>= 4U;
  }
}

void write_id(std::span<char> out, std::uint64_t seed) {
  for (std::size_t i = 0; i < out.size(); i += sizeof(std::uint64_t)) {
    const std::uint64_t value = scramble(seed + i);
    std::memcpy(&out[i], &value, sizeof(value));
  }
}

std::uint64_t nanoseconds_at(std::uint64_t position) {
  return static_cast<std::uint64_t>(synthetic_time(position).time_since_epoch().count()) * 1000;
}

}  // namespace

OtlpRequest::OtlpRequest(OtlpForm form, std::span<const ErrorRecord> errors) {
  const bool binary = form == OtlpForm::protobuf;
  std::map<std::string_view, std::vector<const ErrorRecord*>> by_service;
  for (const ErrorRecord& error : errors) by_service[error.service].push_back(&error);
  std::vector<std::vector<const ErrorRecord*>> resources;
  for (auto& [service, of_service] : by_service) {
    for (const ErrorRecord* error : of_service) {
      const std::string record = binary ? ProtobufForm::record(*error) : JsonForm::record(*error);
      holes_of_record_.push_back(static_cast<std::uint32_t>(find_holes(record).size()));
    }
    resources.push_back(std::move(of_service));
  }
  const std::string body = binary ? ProtobufForm::body(resources) : JsonForm::body(resources);
  bytes_ = fmt::format(
      "POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
      binary ? ProtobufForm::content_type : JsonForm::content_type, body.size());
  bytes_ += body;
  holes_ = find_holes(bytes_);
  const auto expected = std::accumulate(holes_of_record_.begin(), holes_of_record_.end(), 0U);
  ROUNDS_CHECK(holes_.size() == expected, "all holes are in records");
}

std::vector<OtlpRequest::Hole> OtlpRequest::find_holes(std::string_view bytes) {
  std::vector<Hole> holes;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t end = at + 1;
    if (marks_hole(bytes[at])) {
      end = std::min(bytes.find_first_not_of(bytes[at], at), bytes.size());
      if (end - at >= smallest_hole) {
        holes.push_back(
            {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end - at), bytes[at]});
      }
    }
    at = end;
  }
  return holes;
}

std::string_view OtlpRequest::fill(std::uint64_t first) {
  auto hole = holes_.begin();
  for (std::size_t record = 0; record < holes_of_record_.size(); ++record) {
    for (std::uint32_t i = 0; i < holes_of_record_[record]; ++i, ++hole) {
      fill_hole(*hole, first + record);
    }
  }
  return bytes_;
}

void OtlpRequest::fill_hole(const Hole& hole, std::uint64_t position) {
  const std::span<char> out(&bytes_[hole.offset], hole.length);
  // Far from that of the next position: longer values take the numbers that follow.
  const std::uint64_t seed = position << 8U;
  switch (hole.kind) {
    case digits_hole:
      write_digits(out, scramble(seed));
      break;
    case hex_hole:
      write_hex(out, seed);
      break;
    case time_text_hole:
      write_time_text(out, nanoseconds_at(position));
      break;
    case time_bytes_hole: {
      const std::uint64_t time = nanoseconds_at(position);
      std::memcpy(out.data(), &time, sizeof(time));
      break;
    }
    default:
      write_id(out, seed);
  }
}

}  // namespace rounds::bench
