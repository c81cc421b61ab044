// From OTLP records to occurrences: internal to the OTLP decoders, which feed it record by record.
//
// ingest/otlp.hpp says what counts as an error and what becomes of it. One thread per extractor.
#pragma once

#include <string>
#include <string_view>

#include "core/occurrence.hpp"
#include "core/time.hpp"
#include "ingest/otlp.hpp"
#include "ingest/otlp.pb.h"
#include "ingest/otlp_value.hpp"

namespace rounds::otlp {

class Extractor {
 public:
  explicit Extractor(Timestamp received_at) : received_at_(received_at) {}

  // The resource of the records that follow, until the next call.
  void set_resource(const v1::Resource& resource);

  // Takes one record: counts it, and keeps the errors in it.
  void add(const v1::LogRecord& record);
  void add(const v1::Span& span);

  // Counts one record that cannot even be passed to add(), with the reason.
  void reject_record(OtlpRejection reason, std::string_view message);

  // What was extracted. The extractor is empty afterwards.
  [[nodiscard]] OtlpBatch take_batch() { return std::move(batch_); }

 private:
  // The attributes of an exception in OpenTelemetry's semantic conventions; null if absent.
  struct ExceptionAttributes {
    const v1::AnyValue* type;
    const v1::AnyValue* message;
    const v1::AnyValue* stack_trace;
  };

  [[nodiscard]] static ExceptionAttributes find_exception(const Attributes& attributes);

  // An occurrence with all that comes from resource and exception; time, severity and ids are left
  // to the caller.
  [[nodiscard]] Occurrence make_occurrence(const ExceptionAttributes& exception) const;

  // Whether one more error fits into the batch. Counts the record as rejected if not.
  [[nodiscard]] bool has_room();
  // The same for one with too many attributes.
  [[nodiscard]] bool is_within_limit(const Attributes& attributes);
  void count_rejection(OtlpRejection reason, std::string_view message);

  // Keeps the occurrence with its keys. `own_time`: that of the record or event, 0 if it has none.
  // `has_message`: it would stand in the other record of the same failure as well.
  void keep(Occurrence occurrence, OccurrenceSource source, std::uint64_t own_time,
            bool has_message, const Attributes& attributes);

  [[nodiscard]] Timestamp time_or_receipt(std::uint64_t unix_nanoseconds) const;

  Timestamp received_at_;
  std::string service_;
  std::string language_;
  std::uint64_t resource_hash_ = 0;
  OtlpBatch batch_;
};

}  // namespace rounds::otlp
