#include "tests/ingest/otlp_samples.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "core/ids.hpp"
#include "ingest/base64.hpp"
#include "ingest/gzip.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

namespace json = boost::json;
namespace v1 = otlp::v1;

constexpr std::size_t sample_limit = 1024 * 1024;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

OtlpSample load(const std::filesystem::path& meta_path) {
  const json::value meta = json::parse(read_file(meta_path));
  const json::object& headers = meta.at("headers").as_object();
  OtlpSample sample;
  sample.name = meta_path.stem().stem().string();
  sample.signal = meta.at("path").as_string() == "/v1/logs" ? OtlpSignal::logs : OtlpSignal::traces;
  sample.encoding = headers.at("content-type").as_string() == "application/json"
                        ? OtlpEncoding::json
                        : OtlpEncoding::protobuf;
  sample.raw_body = read_file(meta_path.parent_path() / (sample.name + ".body"));
  sample.compressed = headers.contains("content-encoding");
  sample.body = sample.compressed ? gunzip(sample.raw_body, sample_limit).value() : sample.raw_body;
  return sample;
}

json::object value_to_json(const v1::AnyValue& value);

json::array to_json(const google::protobuf::RepeatedPtrField<v1::KeyValue>& attributes) {
  json::array result;
  for (const v1::KeyValue& attribute : attributes) {
    result.push_back(
        json::object{{"key", attribute.key()}, {"value", value_to_json(attribute.value())}});
  }
  return result;
}

json::object value_to_json(const v1::AnyValue& value) {
  switch (value.value_case()) {
    case v1::AnyValue::kStringValue:
      return {{"stringValue", value.string_value()}};
    case v1::AnyValue::kBoolValue:
      return {{"boolValue", value.bool_value()}};
    case v1::AnyValue::kIntValue:
      return {{"intValue", std::to_string(value.int_value())}};
    case v1::AnyValue::kDoubleValue:
      return {{"doubleValue", value.double_value()}};
    case v1::AnyValue::kBytesValue:
      return {{"bytesValue", encode_base64(value.bytes_value())}};
    case v1::AnyValue::kKvlistValue:
      return {{"kvlistValue", json::object{{"values", to_json(value.kvlist_value().values())}}}};
    case v1::AnyValue::kArrayValue: {
      json::array items;
      for (const v1::AnyValue& item : value.array_value().values()) {
        items.push_back(value_to_json(item));
      }
      return {{"arrayValue", json::object{{"values", std::move(items)}}}};
    }
    case v1::AnyValue::VALUE_NOT_SET:
      break;
  }
  return {};
}

std::string id_to_json(const std::string& bytes) {
  return to_hex(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

json::object to_json(const v1::LogRecord& record) {
  return {{"timeUnixNano", std::to_string(record.time_unix_nano())},
          {"observedTimeUnixNano", record.observed_time_unix_nano()},
          {"severityNumber", record.severity_number()},
          {"body", value_to_json(record.body())},
          {"attributes", to_json(record.attributes())},
          {"traceId", id_to_json(record.trace_id())},
          {"spanId", id_to_json(record.span_id())},
          {"eventName", record.event_name()}};
}

json::object to_json(const v1::Span& span) {
  json::array events;
  for (const v1::Span::Event& event : span.events()) {
    events.push_back(json::object{{"timeUnixNano", event.time_unix_nano()},
                                  {"name", event.name()},
                                  {"attributes", to_json(event.attributes())}});
  }
  return {{"traceId", id_to_json(span.trace_id())},
          {"spanId", id_to_json(span.span_id())},
          {"events", std::move(events)}};
}

template <typename Resources, typename ScopesOf, typename RecordsOf>
json::array envelope_to_json(const Resources& resources, std::string_view scopes_name,
                             std::string_view records_name, ScopesOf scopes_of,
                             RecordsOf records_of) {
  json::array result;
  for (const auto& resource : resources) {
    json::array scopes;
    for (const auto& scope : scopes_of(resource)) {
      json::array records;
      for (const auto& record : records_of(scope)) records.push_back(to_json(record));
      scopes.push_back(json::object{{records_name, std::move(records)}});
    }
    result.push_back(json::object{
        {"resource", json::object{{"attributes", to_json(resource.resource().attributes())}}},
        {scopes_name, std::move(scopes)}});
  }
  return result;
}

}  // namespace

std::vector<OtlpSample> load_otlp_samples() {
  std::vector<std::filesystem::path> paths;
  const std::filesystem::path directory = std::filesystem::path(ROUNDS_TEST_DATA_DIR) / "otlp";
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<OtlpSample> samples;
  samples.reserve(paths.size());
  for (const auto& path : paths) samples.push_back(load(path));
  return samples;
}

OtlpSample load_otlp_sample(OtlpSignal signal, OtlpEncoding encoding) {
  for (OtlpSample& sample : load_otlp_samples()) {
    if (sample.signal == signal && sample.encoding == encoding) return std::move(sample);
  }
  throw std::runtime_error("no such sample");
}

Timestamp receipt_time() {
  return at_second(1000);
}

Result<OtlpBatch> decode_otlp(OtlpSignal signal, OtlpEncoding encoding, std::string_view body) {
  return signal == OtlpSignal::logs ? decode_otlp_logs(body, encoding, receipt_time())
                                    : decode_otlp_traces(body, encoding, receipt_time());
}

std::string to_otlp_json(const v1::ExportLogsServiceRequest& request) {
  return json::serialize(json::object{
      {"resourceLogs", envelope_to_json(
                           request.resource_logs(), "scopeLogs", "logRecords",
                           [](const v1::ResourceLogs& resource) { return resource.scope_logs(); },
                           [](const v1::ScopeLogs& scope) { return scope.log_records(); })}});
}

std::string to_otlp_json(const v1::ExportTraceServiceRequest& request) {
  return json::serialize(
      json::object{{"resourceSpans",
                    envelope_to_json(
                        request.resource_spans(), "scopeSpans", "spans",
                        [](const v1::ResourceSpans& resource) { return resource.scope_spans(); },
                        [](const v1::ScopeSpans& scope) { return scope.spans(); })}});
}

void add_attribute(google::protobuf::RepeatedPtrField<v1::KeyValue>& attributes,
                   std::string_view key, std::string_view value) {
  v1::KeyValue& attribute = *attributes.Add();
  attribute.set_key(key.data(), key.size());
  attribute.mutable_value()->set_string_value(value.data(), value.size());
}

}  // namespace rounds::test
