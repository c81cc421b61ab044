#include "ingest/otlp_json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include <boost/json/monotonic_resource.hpp>
#include <fmt/format.h>
#include <google/protobuf/arena.h>

#include "core/ids.hpp"
#include "ingest/json_access.hpp"
#include "ingest/otlp_json_value.hpp"

namespace rounds::otlp {
namespace json = boost::json;
using json_access::IntegerForm;
using json_access::IntegerProblem;
using json_access::Path;
namespace {

// A map nests four JSON values a level, below the ten that lead to a value.
constexpr std::size_t max_json_depth = 4 * max_otlp_value_nesting + 10;

// Whether a record can be taken; it may be well-formed and still say something impossible.
enum class Verdict : std::uint8_t { taken, time_out_of_range };

// Reads an id in hex. A wrong length or digit drops the id, as OTLP asks: it stays empty.
template <typename Id>
Result<std::string> id_member(const json::object& object, std::string_view key, const Path& path) {
  const auto text = json_access::text_member(object, key, path);
  if (!text) return std::unexpected(text.error());
  Id id;
  if (!parse_hex(*text, id.bytes)) return std::string{};
  return std::string(id.bytes.begin(), id.bytes.end());
}

// Reads nanoseconds into `time`; leaves it alone if the member is absent.
Result<Verdict> read_time(const json::object& object, std::string_view key, const Path& path,
                          std::uint64_t& time) {
  const json::value* member = json_access::find_member(object, key);
  if (member == nullptr) return Verdict::taken;
  const auto number = json_access::read_unsigned(*member, IntegerForm::number_or_text);
  if (number) {
    time = *number;
    return Verdict::taken;
  }
  if (number.error() == IntegerProblem::out_of_range) return Verdict::time_out_of_range;
  return json_access::wrong_type(Path(path, key), "an integer of nanoseconds", *member);
}

Result<std::int32_t> read_severity_number(const json::object& object, const Path& path) {
  const json::value* member = json_access::find_member(object, "severityNumber");
  if (member == nullptr) return 0;
  const auto number = json_access::read_signed(*member, IntegerForm::number);
  if (!number || !std::in_range<std::int32_t>(*number)) {
    return json_access::wrong_type(Path(path, "severityNumber"), "a small integer", *member);
  }
  return static_cast<std::int32_t>(*number);
}

// Reads trace and span id, which log records and spans call the same.
template <typename Record>
Result<void> read_ids(const json::object& object, const Path& path, Record& record) {
  auto trace_id = id_member<TraceId>(object, "traceId", path);
  if (!trace_id) return std::unexpected(trace_id.error());
  auto span_id = id_member<SpanId>(object, "spanId", path);
  if (!span_id) return std::unexpected(span_id.error());
  record.set_trace_id(std::move(*trace_id));
  record.set_span_id(std::move(*span_id));
  return {};
}

Result<Verdict> read_record(const json::object& object, const Path& path, v1::LogRecord& record) {
  if (auto ids = read_ids(object, path, record); !ids) return std::unexpected(ids.error());
  const auto severity = read_severity_number(object, path);
  if (!severity) return std::unexpected(severity.error());
  record.set_severity_number(*severity);
  const auto event_name = json_access::text_member(object, "eventName", path);
  if (!event_name) return std::unexpected(event_name.error());
  record.set_event_name(event_name->data(), event_name->size());
  const auto body = json_access::object_member(object, "body", path);
  if (!body) return std::unexpected(body.error());
  if (*body != nullptr) {
    auto read = read_json_value(**body, Path(path, "body"), *record.mutable_body());
    if (!read) return std::unexpected(read.error());
  }
  if (auto read = read_json_attributes(object, path, *record.mutable_attributes()); !read) {
    return std::unexpected(read.error());
  }
  std::uint64_t time = 0;
  const auto verdict = read_time(object, "timeUnixNano", path, time);
  if (!verdict) return verdict;
  record.set_time_unix_nano(time);
  std::uint64_t observed_time = 0;
  const auto observed_verdict = read_time(object, "observedTimeUnixNano", path, observed_time);
  if (!observed_verdict) return observed_verdict;
  record.set_observed_time_unix_nano(observed_time);
  // The observed time only counts where there is no other.
  return *verdict == Verdict::taken && time == 0 ? *observed_verdict : *verdict;
}

Result<Verdict> read_event(const json::object& object, const Path& path, v1::Span::Event& event) {
  const auto name = json_access::text_member(object, "name", path);
  if (!name) return std::unexpected(name.error());
  event.set_name(name->data(), name->size());
  if (auto read = read_json_attributes(object, path, *event.mutable_attributes()); !read) {
    return std::unexpected(read.error());
  }
  std::uint64_t time = 0;
  const auto verdict = read_time(object, "timeUnixNano", path, time);
  event.set_time_unix_nano(time);
  return verdict;
}

Result<Verdict> read_record(const json::object& object, const Path& path, v1::Span& span) {
  if (auto ids = read_ids(object, path, span); !ids) return std::unexpected(ids.error());
  Verdict verdict = Verdict::taken;
  const auto read = json_access::for_each_object(
      object, "events", path,
      [&](const json::object& event, const Path& event_path) -> Result<void> {
        const auto event_verdict = read_event(event, event_path, *span.add_events());
        if (!event_verdict) return std::unexpected(event_verdict.error());
        if (*event_verdict != Verdict::taken) verdict = *event_verdict;
        return {};
      });
  if (!read) return std::unexpected(read.error());
  return verdict;
}

// The names of the two requests, which have the same shape.
struct LogsEnvelope {
  using Record = v1::LogRecord;
  static constexpr std::string_view resources = "resourceLogs";
  static constexpr std::string_view scopes = "scopeLogs";
  static constexpr std::string_view records = "logRecords";
};

struct TracesEnvelope {
  using Record = v1::Span;
  static constexpr std::string_view resources = "resourceSpans";
  static constexpr std::string_view scopes = "scopeSpans";
  static constexpr std::string_view records = "spans";
};

template <typename Envelope>
class RequestReader {
 public:
  explicit RequestReader(Extractor& extractor) : extractor_(extractor) {}

  Result<void> read(std::string_view body) {
    const auto begins_value = [](char c) { return c == ',' || c == '{' || c == '['; };
    if (std::cmp_greater(std::ranges::count_if(body, begins_value), max_otlp_json_values)) {
      return fail(ErrorCode::too_large, fmt::format("the body has more than {} JSON values; send "
                                                    "smaller batches",
                                                    max_otlp_json_values));
    }
    json::monotonic_resource memory;
    const auto document = json_access::parse_document(body, max_json_depth, &memory);
    if (!document) return std::unexpected(document.error());
    const Path path;
    const auto root = json_access::as_object(*document, path);
    if (!root) return std::unexpected(root.error());
    return for_each(**root, Envelope::resources, path, &RequestReader::read_resource);
  }

 private:
  using Method = Result<void> (RequestReader::*)(const json::object&, const Path&);

  Result<void> for_each(const json::object& owner, std::string_view key, const Path& path,
                        Method method) {
    return json_access::for_each_object(
        owner, key, path, [this, method](const json::object& object, const Path& object_path) {
          return (this->*method)(object, object_path);
        });
  }

  Result<void> read_resource(const json::object& object, const Path& path) {
    v1::Resource resource;
    const auto json_resource = json_access::object_member(object, "resource", path);
    if (!json_resource) return std::unexpected(json_resource.error());
    if (*json_resource != nullptr) {
      auto read = read_json_attributes(**json_resource, Path(path, "resource"),
                                       *resource.mutable_attributes());
      if (!read) return read;
    }
    extractor_.set_resource(resource);
    return for_each(object, Envelope::scopes, path, &RequestReader::read_scope);
  }

  Result<void> read_scope(const json::object& object, const Path& path) {
    return for_each(object, Envelope::records, path, &RequestReader::add_record);
  }

  Result<void> add_record(const json::object& object, const Path& path) {
    arena_.Reset();
    auto* record = google::protobuf::Arena::CreateMessage<typename Envelope::Record>(&arena_);
    const auto verdict = read_record(object, path, *record);
    if (!verdict) return std::unexpected(verdict.error());
    if (*verdict == Verdict::taken) {
      extractor_.add(*record);
    } else {
      extractor_.reject_record(
          OtlpRejection::time,
          fmt::format("the time of {} does not fit 64 bits", path.to_string()));
    }
    return {};
  }

  Extractor& extractor_;
  google::protobuf::Arena arena_;
};

}  // namespace

Result<void> read_json_logs(std::string_view body, Extractor& extractor) {
  return RequestReader<LogsEnvelope>(extractor).read(body);
}

Result<void> read_json_traces(std::string_view body, Extractor& extractor) {
  return RequestReader<TracesEnvelope>(extractor).read(body);
}

}  // namespace rounds::otlp
