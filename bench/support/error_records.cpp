#include "bench/support/error_records.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/check.hpp"
#include "ingest/otlp.hpp"

namespace rounds::bench {
namespace {

// Each failure is reported by one of so many services that its language has.
constexpr std::uint32_t services_of_a_language = 4;

// Where a sample has a value of its own, and the hole for it.
struct Hole {
  std::string_view value;
  std::string_view hole;
};

// A stack trace of tests/data/stack_traces and what an SDK reports with it.
struct Printed {
  std::string_view file;
  std::string_view language;
  std::string_view type;
  std::string_view message;
  Hole hole;  // empty: the message says the same every time
  std::string_view varied;
};

constexpr std::array<Printed, 5> printed{{
    {"java.txt",
     "java",
     "java.lang.IllegalStateException",
     "cannot charge order 4711",
     {"4711", "@@@@"},
     "Shop"},
    {"go.txt", "go", "runtime.boundsError", "index out of range [7] with length 1", {}, "Server"},
    {"node.txt", "nodejs", "Error", "cannot load order 17", {"order 17", "order @@@@@"}, "shop"},
    {"python.txt", "python", "KeyError", "'price'", {}, "shop"},
    {"rust.txt",
     "rust",
     "ParseIntError",
     "called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }",
     {},
     "pay"},
}};

// Of the errors in a request that a Node SDK has sent.
constexpr std::string_view recorded_request = "otlp/008_v1_logs.body";
constexpr std::array<Hole, 3> recorded_holes{{
    {"f47ac10b-58cc-4372-a567-0e02b2c3d422", "````````-````-4```-a```-````````````"},
    {"ID 10006", "ID @@@@@"},
    {"after 30ms", "after @@@ms"},
}};

Result<std::string> read_file(std::string_view name) {
  const auto path = std::filesystem::path(ROUNDS_TEST_DATA_DIR) / name;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || text.empty()) {
    return fail(ErrorCode::io_error,
                fmt::format("cannot read {}; it is in the tree of the sources", path.string()));
  }
  return text;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  if (from.empty()) return text;
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

void make_holes(ErrorRecord& record, const Hole& hole) {
  record.message = replace_all(std::move(record.message), hole.value, hole.hole);
  record.stack_trace = replace_all(std::move(record.stack_trace), hole.value, hole.hole);
}

// A word without digits for each number, "kato", so that no rule takes it for a variable part.
std::string word(std::uint32_t number) {
  constexpr std::string_view consonants = "bdfgklmnprstvz";
  constexpr std::string_view vowels = "aiou";
  std::string text;
  do {
    text += consonants[number % consonants.size()];
    number /= consonants.size();
    text += vowels[number % vowels.size()];
    number /= vowels.size();
  } while (number > 0);
  return text;
}

// The errors of the recorded request. Its stack traces are in the request's bytes, not in what the
// decoder makes of them, so they are taken from there.
Result<std::vector<ErrorRecord>> read_recorded() {
  const auto body = read_file(recorded_request);
  if (!body) return std::unexpected(body.error());
  const auto batch = decode_otlp_logs(*body, OtlpEncoding::json, Timestamp{});
  if (!batch) return std::unexpected(batch.error());
  std::vector<ErrorRecord> records;
  for (const Occurrence& occurrence : batch->occurrences) {
    constexpr std::string_view begin_mark = R"("exception.stacktrace","value":{"stringValue":")";
    const std::string header = fmt::format("{}{}", begin_mark, occurrence.error_type);
    const std::size_t header_at = body->find(header);
    if (header_at == std::string::npos) continue;  // a thrown string has no stack trace
    const std::size_t begin = header_at + begin_mark.size();
    const std::string_view escaped =
        std::string_view(*body).substr(begin, body->find('"', begin) - begin);
    ErrorRecord& record = records.emplace_back();
    record.language = "nodejs";
    record.type = occurrence.error_type;
    record.message = occurrence.message;
    record.stack_trace = replace_all(std::string(escaped), "\\n", "\n");
    for (const Hole& hole : recorded_holes) make_holes(record, hole);
  }
  return records;
}

}  // namespace

Result<ErrorRecords> ErrorRecords::load() {
  ErrorRecords records;
  auto recorded = read_recorded();
  if (!recorded) return std::unexpected(recorded.error());
  for (ErrorRecord& record : *recorded) records.samples_.push_back({std::move(record), "shop"});
  for (const Printed& each : printed) {
    auto text = read_file(fmt::format("stack_traces/{}", each.file));
    if (!text) return std::unexpected(text.error());
    ErrorRecord record{"", std::string(each.language), std::string(each.type),
                       std::string(each.message), *std::move(text)};
    make_holes(record, each.hole);
    records.samples_.push_back({std::move(record), std::string(each.varied)});
  }
  return records;
}

ErrorRecord ErrorRecords::failure(std::uint32_t number) const {
  const auto samples = static_cast<std::uint32_t>(samples_.size());
  const Sample& sample = samples_[number % samples];
  const std::uint32_t variant = number / samples;
  ErrorRecord record = sample.record;
  record.service = fmt::format("{}-{}", record.language, word(variant % services_of_a_language));
  const std::string varied = sample.varied + word(variant);
  record.stack_trace = replace_all(std::move(record.stack_trace), sample.varied, varied);
  ROUNDS_CHECK(record.stack_trace != sample.record.stack_trace, "each variant has its own code");
  return record;
}

}  // namespace rounds::bench
