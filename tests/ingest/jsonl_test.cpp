// JSON Lines occurrences.
#include "ingest/jsonl.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "ingest/clean_text.hpp"

namespace rounds::test {
namespace {

// A sound line with further members.
std::string line_with(std::string_view members) {
  return fmt::format(R"({{"service":"shop","error_type":"E","error_message":"m",)"
                     R"("timestamp":"2026-01-01T00:00:01Z",{}}})",
                     members);
}

void expect_refused(std::string_view line, std::string_view message) {
  const auto occurrence = decode_json_line(line);
  ASSERT_FALSE(occurrence.has_value()) << line;
  EXPECT_EQ(occurrence.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(occurrence.error().message.find(message), std::string::npos)
      << occurrence.error().message;
}

TEST(JsonLine, ReadsAllMembers) {
  const auto occurrence = decode_json_line(R"( {"service":"shop","error_type":"TimeoutError",
      "error_message":"took 30 ms","timestamp":"2026-01-01T02:00:00.5+01:00",
      "stack_frames":[{"module":"app.db","function":"dial","filename":"/srv/db.py","lineno":7},
                      {"module":null,"extra":[]}],
      "trace_id":"0A0B0C0D0A0B0C0D0A0B0C0D0A0B0C0D","span_id":"0102030405060708",
      "severity":21,"attributes":{"a":[{"b":1}]},"unknown":1} )");
  ASSERT_TRUE(occurrence.has_value()) << occurrence.error().message;
  EXPECT_EQ(occurrence->service, "shop");
  EXPECT_EQ(occurrence->error_type, "TimeoutError");
  EXPECT_EQ(occurrence->message, "took 30 ms");
  EXPECT_EQ(to_rfc3339(occurrence->time), "2026-01-01T01:00:00.500000Z");
  ASSERT_EQ(occurrence->frames.size(), 2U);
  EXPECT_EQ(occurrence->frames[0], (StackFrame{"app.db", "dial", "/srv/db.py", 7}));
  EXPECT_EQ(occurrence->frames[1], StackFrame{});
  EXPECT_EQ(occurrence->trace_id.to_hex(), "0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d");
  EXPECT_EQ(occurrence->span_id.to_hex(), "0102030405060708");
  EXPECT_EQ(occurrence->severity, severity_fatal);
}

TEST(JsonLine, NeedsOnlyTheRequiredMembers) {
  const auto occurrence = decode_json_line(
      R"({"service":"s","error_type":"","error_message":"","timestamp":"2026-01-01T00:00:01Z"})");
  ASSERT_TRUE(occurrence.has_value()) << occurrence.error().message;
  EXPECT_TRUE(occurrence->frames.empty());
  EXPECT_FALSE(occurrence->trace_id.is_present());
  EXPECT_FALSE(occurrence->span_id.is_present());
  EXPECT_EQ(occurrence->severity, severity_error);
}

TEST(JsonLine, TakesNullForAbsent) {
  const auto occurrence = decode_json_line(line_with(
      R"("stack_frames":null,"trace_id":null,"span_id":"","severity":null,"attributes":null)"));
  ASSERT_TRUE(occurrence.has_value()) << occurrence.error().message;
  EXPECT_EQ(occurrence->severity, severity_error);
}

TEST(JsonLine, ReadsSeverityAsNumberOrName) {
  const std::pair<std::string_view, int> cases[] = {{"0", 0},
                                                    {"24", 24},
                                                    {R"("error")", 17},
                                                    {R"("ERROR")", 17},
                                                    {R"("Fatal")", 21},
                                                    {R"("critical")", 21},
                                                    {R"("warning")", 13},
                                                    {R"("info")", 9}};
  for (const auto& [text, severity] : cases) {
    const auto occurrence = decode_json_line(line_with(fmt::format(R"("severity":{})", text)));
    ASSERT_TRUE(occurrence.has_value()) << text;
    EXPECT_EQ(occurrence->severity, severity);
  }
  for (const std::string_view text : {"25", "-1", "1.5", R"("")", R"("bad")", "true", "[]"}) {
    expect_refused(line_with(fmt::format(R"("severity":{})", text)), "severity must be a number");
  }
}

TEST(JsonLine, NamesWhatIsMissingOrWrong) {
  const std::string_view sound =
      R"("error_type":"E","error_message":"m","timestamp":"2026-01-01T00:00:01Z")";
  expect_refused("", "not valid JSON");
  expect_refused("[]", "the document must be an object, not an array");
  expect_refused("{} {}", "something follows");
  expect_refused("{}", "service is missing");
  expect_refused(fmt::format(R"({{"service":5,{}}})", sound), "service must be a string");
  expect_refused(fmt::format(R"({{"service":"",{}}})", sound), "service is empty");
  expect_refused(R"({"service":"s"})", "error_type is missing");
  expect_refused(R"({"service":"s","error_type":"E"})", "error_message is missing");
  expect_refused(R"({"service":"s","error_type":"E","error_message":null})",
                 "error_message is missing");
  expect_refused(R"({"service":"s","error_type":"E","error_message":"m"})", "timestamp is missing");
  expect_refused(R"({"service":"s","error_type":"E","error_message":"m","timestamp":"yesterday"})",
                 "timestamp: \"yesterday\" is not an RFC 3339 time");
  expect_refused(R"({"service":"s","error_type":"E","error_message":"m","timestamp":5})",
                 "timestamp must be a string, not a number");
  expect_refused(R"({"service":"s","error_type":"E","error_message":"m",)"
                 R"("timestamp":"0001-01-01T00:00:00+01:00"})",
                 "timestamp: \"0001-01-01T00:00:00+01:00\" is not an RFC 3339 time");
  expect_refused(line_with(R"("trace_id":"0a")"),
                 "trace_id must have 32 hex digits, not be \"0a\"");
  expect_refused(line_with(R"("span_id":"xyz")"), "span_id must have 16 hex digits");
  expect_refused(line_with(R"("stack_frames":{})"), "stack_frames must be an array");
  expect_refused(line_with(R"("stack_frames":[{},5])"), "stack_frames[1] must be an object");
  expect_refused(line_with(R"("stack_frames":[{"module":5}])"),
                 "stack_frames[0].module must be a string");
  for (const std::string_view number : {"-1", "4294967296", R"("7")", "1.5"}) {
    expect_refused(line_with(fmt::format(R"("stack_frames":[{{"lineno":{}}}])", number)),
                   "stack_frames[0].lineno must be a line number");
  }
}

TEST(JsonLine, QuotesWholeCharactersInErrors) {
  std::string text(63, 'x');
  for (int i = 0; i < 8; ++i) text += "\xC3\xA9";
  const auto occurrence =
      decode_json_line(fmt::format(R"({{"service":"s","error_type":"E","error_message":"m",)"
                                   R"("timestamp":"{}"}})",
                                   text));
  ASSERT_FALSE(occurrence);
  EXPECT_EQ(clean_text(occurrence.error().message), occurrence.error().message);
}

TEST(JsonLine, CutsLongTextsAndStacks) {
  const std::string text(2 * limits::max_message_bytes, 'x');
  std::string frames;
  for (std::size_t i = 0; i < limits::max_frames + 5; ++i) {
    frames += fmt::format(R"({}{{"lineno":{}}})", i == 0 ? "" : ",", i);
  }
  const auto occurrence =
      decode_json_line(fmt::format(R"({{"service":"{0}","error_type":"{0}","error_message":"{0}",)"
                                   R"("timestamp":"2026-01-01T00:00:01Z","stack_frames":[{1}]}})",
                                   text, frames));
  ASSERT_TRUE(occurrence.has_value()) << occurrence.error().message;
  EXPECT_EQ(occurrence->service.size(), limits::max_name_bytes);
  EXPECT_EQ(occurrence->error_type.size(), limits::max_name_bytes);
  EXPECT_EQ(occurrence->message.size(), limits::max_message_bytes);
  ASSERT_EQ(occurrence->frames.size(), limits::max_frames);
  EXPECT_EQ(occurrence->frames.back().line, limits::max_frames - 1);
}

TEST(JsonLine, CannotExhaustTheStack) {
  expect_refused(std::string(1'000'000, '['), "levels deep");
}

}  // namespace
}  // namespace rounds::test
