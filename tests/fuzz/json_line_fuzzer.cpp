#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "core/check.hpp"
#include "ingest/jsonl.hpp"
#include "tests/fuzz/fuzzers.hpp"
#include "tests/fuzz/properties.hpp"

namespace rounds::test {
namespace {

namespace json = boost::json;

std::string to_json_line(const Occurrence& occurrence) {
  json::array frames;
  for (const StackFrame& frame : occurrence.frames) {
    frames.push_back(json::object{{"module", frame.module},
                                  {"function", frame.function},
                                  {"filename", frame.filename},
                                  {"lineno", frame.line}});
  }
  return json::serialize(json::object{{"service", occurrence.service},
                                      {"error_type", occurrence.error_type},
                                      {"error_message", occurrence.message},
                                      {"timestamp", to_rfc3339(occurrence.time)},
                                      {"severity", occurrence.severity},
                                      {"trace_id", to_hex(occurrence.trace_id.bytes)},
                                      {"span_id", to_hex(occurrence.span_id.bytes)},
                                      {"stack_frames", std::move(frames)}});
}

}  // namespace

void fuzz_json_line(std::string_view input) {
  const auto occurrence = decode_json_line(input);
  if (!occurrence) {
    ROUNDS_CHECK(occurrence.error().code == ErrorCode::invalid_argument,
                 "a bad line is the client's");
    ROUNDS_CHECK(is_clean(occurrence.error().message), "an error can be shown");
    return;
  }
  expect_sound(*occurrence);
  const auto again = decode_json_line(to_json_line(*occurrence));
  ROUNDS_CHECK(again.has_value(), again.error().message);
  ROUNDS_CHECK(*again == *occurrence, "an occurrence survives writing and reading");
}

}  // namespace rounds::test
