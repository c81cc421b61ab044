#include <algorithm>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "core/check.hpp"
#include "tests/fuzz/fuzzers.hpp"
#include "tests/fuzz/properties.hpp"
#include "tests/ingest/otlp_samples.hpp"

namespace rounds::test {
namespace {

// Deeper than any document that the decoder takes.
constexpr std::size_t max_depth = 256;

// Whether Boost.JSON reads the numbers that it writes as they were: it writes those beyond the
// range of a double as Infinity, which is not JSON, and may round the last digit when it reads
// others.
bool numbers_survive(const boost::json::value& value) {
  if (const auto* array = value.if_array()) return std::ranges::all_of(*array, numbers_survive);
  if (const auto* object = value.if_object()) {
    return std::ranges::all_of(*object,
                               [](const auto& member) { return numbers_survive(member.value()); });
  }
  if (!value.is_double()) return true;
  boost::system::error_code error;
  const auto again = boost::json::parse(boost::json::serialize(value), error);
  return !error && again == value;
}

void check_signal(OtlpSignal signal, const std::string& body) {
  const auto batch = decode_otlp(signal, OtlpEncoding::json, body);
  if (!batch) {
    ROUNDS_CHECK(batch.error().code == ErrorCode::invalid_argument, "a bad body is the client's");
    ROUNDS_CHECK(!batch.error().message.empty(), "an error says what is wrong");
    return;
  }
  expect_sound(*batch);
  // White space, escapes and the order of equal members do not matter.
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::system::error_code error;
  const auto document = boost::json::parse(body, error, {}, options);
  ROUNDS_CHECK(!error, "what was decoded is JSON");
  if (!numbers_survive(document)) return;
  const auto again = decode_otlp(signal, OtlpEncoding::json, boost::json::serialize(document));
  ROUNDS_CHECK(again.has_value(), again.error().message);
  ROUNDS_CHECK(again->record_count == batch->record_count, "the form of JSON does not matter");
  ROUNDS_CHECK(again->occurrences == batch->occurrences, "the form of JSON does not matter");
}

}  // namespace

void fuzz_otlp_json(std::string_view input) {
  const std::string body = decompressed(input);
  check_signal(OtlpSignal::logs, body);
  check_signal(OtlpSignal::traces, body);
}

}  // namespace rounds::test
