#include "ingest/otlp_extract.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/limits.hpp"
#include "ingest/clean_text.hpp"
#include "ingest/repetition_keys.hpp"
#include "ingest/stack_trace.hpp"

namespace rounds::otlp {
namespace {

constexpr std::string_view exception_event_name = "exception";
constexpr std::string_view default_service = "unknown_service";
constexpr std::string_view default_error_type = "Error";

// Trace or span id from its bytes; absent unless there are exactly as many as it has.
template <typename Id>
Id read_id(std::string_view bytes) {
  Id id;
  if (bytes.size() == id.bytes.size()) {
    std::ranges::transform(bytes, id.bytes.begin(),
                           [](char byte) { return static_cast<std::uint8_t>(byte); });
  }
  return id;
}

SeverityNumber read_severity(std::int32_t number) {
  return static_cast<SeverityNumber>(std::clamp<std::int32_t>(number, 0, max_severity));
}

std::uint64_t hash_of(const Attributes& attributes) {
  RepetitionHasher hasher;
  for (const v1::KeyValue& attribute : attributes) {
    hasher.add(attribute.key());
    const v1::AnyValue& value = attribute.value();
    // Nearly all are texts, whose bytes need no second form.
    hasher.add(value.has_string_value() ? std::string_view(value.string_value())
                                        : std::string_view(value.SerializeAsString()));
  }
  return hasher.key().low;
}

}  // namespace

void Extractor::set_resource(const v1::Resource& resource) {
  service_ = text_of(find_attribute(resource.attributes(), "service.name"), limits::max_name_bytes);
  if (service_.empty()) service_ = default_service;
  language_ = text_of(find_attribute(resource.attributes(), "telemetry.sdk.language"),
                      limits::max_name_bytes);
  resource_hash_ = hash_of(resource.attributes());
}

Extractor::ExceptionAttributes Extractor::find_exception(const Attributes& attributes) {
  return {find_attribute(attributes, "exception.type"),
          find_attribute(attributes, "exception.message"),
          find_attribute(attributes, "exception.stacktrace")};
}

Occurrence Extractor::make_occurrence(const ExceptionAttributes& exception) const {
  Occurrence occurrence;
  occurrence.service = service_;
  occurrence.error_type = text_of(exception.type, limits::max_name_bytes);
  if (occurrence.error_type.empty()) occurrence.error_type = default_error_type;
  occurrence.message = text_of(exception.message, limits::max_message_bytes);
  if (exception.stack_trace != nullptr && exception.stack_trace->has_string_value()) {
    take_stack_trace(occurrence, clean_text(exception.stack_trace->string_value()), language_);
  }
  return occurrence;
}

Timestamp Extractor::time_or_receipt(std::uint64_t unix_nanoseconds) const {
  if (unix_nanoseconds == 0) return received_at_;
  // 64 bits of nanoseconds end in the year 2554: always a valid time.
  return timestamp_from_microseconds(static_cast<std::int64_t>(unix_nanoseconds / 1000));
}

bool Extractor::has_room() {
  if (batch_.occurrences.size() < limits::max_occurrences_per_submission) return true;
  count_rejection(OtlpRejection::batch_size,
                  fmt::format("more than {} errors in one request; send smaller batches",
                              limits::max_occurrences_per_submission));
  return false;
}

bool Extractor::is_within_limit(const Attributes& attributes) {
  const auto count = static_cast<std::size_t>(attributes.size());
  if (count <= max_otlp_attributes) return true;
  count_rejection(
      OtlpRejection::attributes,
      fmt::format("an error has {} attributes; the limit is {}", count, max_otlp_attributes));
  return false;
}

void Extractor::reject_record(OtlpRejection reason, std::string_view message) {
  ++batch_.record_count;
  count_rejection(reason, message);
}

void Extractor::count_rejection(OtlpRejection reason, std::string_view message) {
  ++batch_.rejected_count;
  ++batch_.rejected_by.at(static_cast<std::size_t>(reason));
  if (batch_.rejection_message.empty()) batch_.rejection_message = message;
}

void Extractor::add(const v1::LogRecord& record) {
  ++batch_.record_count;
  const ExceptionAttributes exception = find_exception(record.attributes());
  const bool is_error = has_content(exception.type) || has_content(exception.message) ||
                        record.event_name() == exception_event_name ||
                        record.severity_number() >= severity_error;
  if (!is_error || !has_room() || !is_within_limit(record.attributes())) return;
  Occurrence occurrence = make_occurrence(exception);
  if (occurrence.message.empty()) {
    occurrence.message = text_of(&record.body(), limits::max_message_bytes);
  }
  const std::uint64_t own_time =
      record.time_unix_nano() != 0 ? record.time_unix_nano() : record.observed_time_unix_nano();
  occurrence.time = time_or_receipt(own_time);
  occurrence.severity = read_severity(record.severity_number());
  occurrence.trace_id = read_id<TraceId>(record.trace_id());
  occurrence.span_id = read_id<SpanId>(record.span_id());
  // The span event of an exception without a message has none either, whatever the log record says.
  const bool has_message = has_content(exception.message) || !has_content(exception.type);
  keep(std::move(occurrence), OccurrenceSource::log_record, own_time, has_message,
       record.attributes());
}

void Extractor::keep(Occurrence occurrence, OccurrenceSource source, std::uint64_t own_time,
                     bool has_message, const Attributes& attributes) {
  OccurrenceKeys& keys = batch_.keys.emplace_back();
  keys.source = source;
  keys.failure =
      failure_key(occurrence.trace_id, occurrence.span_id,
                  has_message ? std::string_view(occurrence.message) : "", occurrence.error_type);
  if (own_time != 0 || keys.failure.is_present()) {
    RepetitionHasher hasher;
    hasher.add(resource_hash_);
    hasher.add(std::uint64_t{static_cast<std::uint8_t>(source)});
    hasher.add(own_time);
    hasher.add(occurrence.trace_id);
    hasher.add(occurrence.span_id);
    hasher.add(std::uint64_t{occurrence.severity});
    hasher.add(occurrence.message);  // also that of a log record's body
    hasher.add(hash_of(attributes));
    keys.delivery = hasher.key();
  }
  batch_.occurrences.push_back(std::move(occurrence));
}

void Extractor::add(const v1::Span& span) {
  ++batch_.record_count;
  for (const v1::Span::Event& event : span.events()) {
    if (event.name() != exception_event_name) continue;
    // The client counts spans, so one span is rejected once, whatever the number of its events.
    if (!has_room() || !is_within_limit(event.attributes())) return;
    Occurrence occurrence = make_occurrence(find_exception(event.attributes()));
    occurrence.time = time_or_receipt(event.time_unix_nano());
    occurrence.trace_id = read_id<TraceId>(span.trace_id());
    occurrence.span_id = read_id<SpanId>(span.span_id());
    keep(std::move(occurrence), OccurrenceSource::span_event, event.time_unix_nano(), true,
         event.attributes());
  }
}

}  // namespace rounds::otlp
