// What becomes of one event: each member of the protocol, and what SDKs and enemies make of them.
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fingerprint.hpp"
#include "core/limits.hpp"
#include "ingest/clean_text.hpp"
#include "ingest/sentry_envelope.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

using testing::ElementsAre;

SentryBatch decode_event(std::string_view json, std::string_view project = "7") {
  auto batch = decode_sentry_event(std::string(json), project, at_second(1000));
  EXPECT_TRUE(batch.has_value()) << batch.error().message;
  return batch.value_or(SentryBatch{});
}

Occurrence occurrence_of(std::string_view json, std::string_view project = "7") {
  SentryBatch batch = decode_event(json, project);
  EXPECT_EQ(batch.occurrences.size(), 1U) << json;
  return batch.occurrences.empty() ? Occurrence{} : std::move(batch.occurrences.front());
}

TEST(SentryEvent, ReadsAnException) {
  const Occurrence occurrence = occurrence_of(R"({
      "platform": "node", "level": "fatal", "timestamp": 1767225600.25,
      "contexts": {"trace": {"trace_id": "5b8efff798038103d269b633813fc60c",
                             "span_id": "eee19b7ec3c1b174"}},
      "exception": {"values": [{"type": "TypeError", "value": "x is not a function",
        "stacktrace": {"frames": [
          {"filename": "node:internal/modules/run_main", "function": "?", "in_app": false},
          {"filename": "/srv/shop/node_modules/lib/index.js", "function": "run", "lineno": 5,
           "in_app": false},
          {"filename": "file:///srv/shop/app.mjs?v=2", "function": "Object.?", "lineno": 12,
           "colno": 3, "in_app": true}]}}]}})");
  EXPECT_EQ(occurrence.error_type, "TypeError");
  EXPECT_EQ(occurrence.message, "x is not a function");
  EXPECT_EQ(occurrence.severity, severity_fatal);
  EXPECT_EQ(to_rfc3339(occurrence.time), "2026-01-01T00:00:00.250000Z");
  EXPECT_EQ(occurrence.trace_id.to_hex(), "5b8efff798038103d269b633813fc60c");
  EXPECT_EQ(occurrence.span_id.to_hex(), "eee19b7ec3c1b174");
  EXPECT_EQ(occurrence.language, Language::javascript);
  EXPECT_EQ(occurrence.frame_order, FrameOrder::newest_last);
  EXPECT_THAT(occurrence.frames,
              ElementsAre(StackFrame{"node:internal/modules/run_main", "",
                                     "node:internal/modules/run_main", 0, FrameOrigin::library},
                          StackFrame{"lib/index.js", "run", "/srv/shop/node_modules/lib/index.js",
                                     5, FrameOrigin::library},
                          StackFrame{"shop/app.mjs", "Object.<anonymous>", "/srv/shop/app.mjs", 12,
                                     FrameOrigin::application}));
}

TEST(SentryEvent, TheLastExceptionIsTheOneThatWasReported) {
  for (const std::string_view form :
       {R"({{"exception": {{"values": [{0}]}}}})", R"({{"exception": [{0}]}})"}) {
    const Occurrence occurrence = occurrence_of(fmt::format(
        fmt::runtime(form), R"({"type": "Root"}, {"type": "Middle"}, null, 5, {"type": "Last"})"));
    EXPECT_EQ(occurrence.error_type, "Last");
    ASSERT_EQ(occurrence.causes.size(), 2U);
    EXPECT_EQ(occurrence.causes[0].error_type, "Middle");
    EXPECT_EQ(occurrence.causes[1].error_type, "Root");
  }
  EXPECT_EQ(occurrence_of(R"({"exception": {"type": "Alone", "value": "v"}})").error_type, "Alone");
}

TEST(SentryEvent, MechanismsTellWhichErrorLedToWhich) {
  const auto value = [](std::string_view type, int id, int parent) {
    return fmt::format(R"({{"type": "{}", "mechanism": {{"exception_id": {}, "parent_id": {}}}}})",
                       type, id, parent);
  };
  // A group of two, of which the first has a cause; listed in an order that says nothing.
  const Occurrence occurrence = occurrence_of(
      R"({"exception": {"values": [)" + value("CauseOfFirst", 2, 1) + "," + value("Second", 3, 0) +
      "," + value("First", 1, 0) +
      R"(, {"type": "Group", "mechanism": {"exception_id": 0, "is_exception_group": true}}]}})");
  EXPECT_EQ(occurrence.error_type, "Group");
  std::vector<std::string> types;
  types.reserve(occurrence.causes.size());
  for (const ErrorCause& cause : occurrence.causes) types.push_back(cause.error_type);
  EXPECT_THAT(types, ElementsAre("First", "CauseOfFirst", "Second"));
}

TEST(SentryEvent, CirclesOfCausesEnd) {
  std::string values;
  for (int i = 0; i < 1000; ++i) {
    values +=
        fmt::format(R"({{"type": "E{}", "mechanism": {{"exception_id": {}, "parent_id": {}}}}},)",
                    i, i % 5, (i + 1) % 5);
  }
  const Occurrence occurrence =
      occurrence_of(R"({"exception": [)" + values + R"({"type": "Last", "value": "v"}]})");
  EXPECT_EQ(occurrence.error_type, "Last");
  EXPECT_EQ(occurrence.causes.size(), limits::max_causes);
}

TEST(SentryEvent, NamesFramesAsThePrintedStackDoes) {
  const auto frame_of = [](std::string_view platform, std::string_view frame) {
    const Occurrence occurrence = occurrence_of(
        fmt::format(R"({{"platform": "{}", "exception": [{{"type": "E", "stacktrace": {{"frames":
            [{}]}}}}]}})",
                    platform, frame));
    EXPECT_EQ(occurrence.frames.size(), 1U);
    StackFrame found = occurrence.frames.empty() ? StackFrame{} : occurrence.frames.front();
    return fmt::format("{}|{}", found.module, found.function);
  };
  EXPECT_EQ(frame_of("python", R"({"module": "shop.pay", "function": "charge",
      "abs_path": "/srv/app/shop/pay.py", "filename": "shop/pay.py"})"),
            "shop/pay.py|charge");
  EXPECT_EQ(frame_of("python", R"({"module": "requests.api", "function": "get",
      "abs_path": "/usr/lib/python3/dist-packages/requests/api.py"})"),
            "requests/api.py|get");
  EXPECT_EQ(frame_of("java", R"({"module": "com.acme.Pay", "function": "charge",
      "filename": "Pay.java"})"),
            "com.acme.Pay|charge");
  EXPECT_EQ(frame_of("php", R"({"function": "Acme\\Pay::charge", "filename": "/src/Pay.php"})"),
            "Acme\\Pay|charge");
  EXPECT_EQ(frame_of("native", R"({"function": "shop::charge", "package": "/usr/bin/shop"})"),
            "|shop::charge");
  EXPECT_EQ(frame_of("native", R"({"instruction_addr": "0x1", "package": "/usr/bin/shop"})"),
            "shop|");
  EXPECT_EQ(frame_of("cocoa", R"({"function": "Pay.charge", "package": "/a/Shop.app/Shop"})"),
            "Shop|Pay.charge");
  EXPECT_EQ(frame_of("go", R"({"module": "github.com/acme/pay", "function": "(*T).Charge"})"),
            "github.com/acme/pay|(*T).Charge");
}

TEST(SentryEvent, TypesAreAsOpenTelemetryReportsThem) {
  const auto type_of = [](std::string_view platform, std::string_view exception) {
    return occurrence_of(
               fmt::format(R"({{"platform": "{}", "exception": [{}]}})", platform, exception))
        .error_type;
  };
  EXPECT_EQ(type_of("java", R"({"type": "IOException", "module": "java.io"})"),
            "java.io.IOException");
  EXPECT_EQ(type_of("python", R"({"type": "Timeout", "module": "requests.exceptions"})"),
            "requests.exceptions.Timeout");
  EXPECT_EQ(type_of("python", R"({"type": "ValueError", "module": "builtins"})"), "ValueError");
  EXPECT_EQ(type_of("csharp", R"({"type": "System.Exception",
      "module": "System.Private.CoreLib, Version=8.0"})"),
            "System.Exception");
  EXPECT_EQ(type_of("ruby", R"({"value": "no type"})"), "Error");
}

TEST(SentryEvent, BrowsersDoNotKnowTheApplication) {
  constexpr std::string_view event = R"({{"platform": "{}", "exception": [{{"type": "E",
      "stacktrace": {{"frames": [{{"filename": "a.js", "in_app": true}}]}}}}]}})";
  EXPECT_EQ(occurrence_of(fmt::format(event, "javascript")).frames.at(0).origin,
            FrameOrigin::unknown);
  EXPECT_EQ(occurrence_of(fmt::format(event, "node")).frames.at(0).origin,
            FrameOrigin::application);
}

TEST(SentryEvent, KeepsTheNewestFrames) {
  std::string frames;
  for (std::size_t i = 0; i <= limits::max_frames; ++i) {
    frames += fmt::format(R"({}{{"function": "f{}"}})", i == 0 ? "" : ",", i);
  }
  const Occurrence occurrence = occurrence_of(
      R"({"exception": [{"type": "E", "stacktrace": {"frames": [)" + frames + "]}}]}");
  ASSERT_EQ(occurrence.frames.size(), limits::max_frames);
  EXPECT_EQ(occurrence.frames.front().function, "f1");
}

TEST(SentryEvent, TakesFramesOfTheThreadThatCrashed) {
  const Occurrence occurrence = occurrence_of(R"({"platform": "native",
      "exception": [{"type": "SIGSEGV", "value": "Segfault"}],
      "threads": {"values": [{"current": true, "stacktrace": {"frames": [{"function": "wait"}]}},
                             {"crashed": true, "stacktrace": {"frames": [{"function": "f"}]}}]}})");
  ASSERT_EQ(occurrence.frames.size(), 1U);
  EXPECT_EQ(occurrence.frames[0].function, "f");
}

TEST(SentryEvent, ReadsMessagesOfEveryForm) {
  const auto message_of = [](std::string_view members) {
    return occurrence_of(fmt::format("{{{}}}", members)).message;
  };
  EXPECT_EQ(message_of(R"("message": "plain")"), "plain");
  EXPECT_EQ(message_of(R"("logentry": {"message": "raw %s", "formatted": "made"})"), "made");
  EXPECT_EQ(message_of(R"("logentry": {"message": "user %s has %d of %5.1f%%, %s",
      "params": ["ann", 3, 7.5]})"),
            "user ann has 3 of 7.5%, %s");
  EXPECT_EQ(message_of(R"("logentry": {"message": "user %(name)s", "params": {"name": "ann"}})"),
            "user ann");
  EXPECT_EQ(message_of(R"("logentry": {"message": "{} then {0} {x}", "params": ["a", "b"]})"),
            "a then b {x}");
  EXPECT_EQ(message_of(R"("message": {"message": "%s", "params": [null]})"), "null");
  EXPECT_EQ(message_of(R"("sentry.interfaces.Message": {"message": "old"})"), "old");
  EXPECT_EQ(message_of(R"("exception": [{"type": "E"}], "message": "beside")"), "beside");
  EXPECT_EQ(message_of(R"("message": 5)"), "5");
  EXPECT_EQ(occurrence_of(R"({"message": "m"})").error_type, "Error");
}

TEST(SentryEvent, AnExceptionCountsAtAnyLevel) {
  EXPECT_EQ(occurrence_of(R"({"level": "info", "exception": [{"type": "E"}]})").severity, 9);
  EXPECT_EQ(occurrence_of(R"({"level": "unheard", "exception": [{"type": "E"}]})").severity,
            severity_error);
}

TEST(SentryEvent, AnExceptionWithoutATypeIsAMessage) {
  constexpr std::string_view event = R"({{"level": "{}", "message": "m", "exception": {{"values": [
      {{"value": "m", "stacktrace": {{"frames": [{{"function": "f"}}]}}}}]}}}})";
  const SentryBatch info = decode_event(fmt::format(event, "info"));
  EXPECT_EQ(info.below_error_count, 1U);
  EXPECT_TRUE(info.occurrences.empty());
  const Occurrence error = occurrence_of(fmt::format(event, "error"));
  EXPECT_EQ(error.error_type, "Error");
  EXPECT_EQ(error.message, "m");
  EXPECT_EQ(error.frames.size(), 1U);
}

TEST(SentryEvent, NamesTheService) {
  const auto service_of = [](std::string_view members) {
    return occurrence_of(fmt::format(R"({{"message": "m"{}}})", members), "42").service;
  };
  EXPECT_EQ(service_of(""), "project-42");
  EXPECT_EQ(service_of(R"(, "server_name": "host-17", "release": "1.2.0")"), "project-42");
  EXPECT_EQ(service_of(R"(, "release": "shop@1.2.0")"), "shop");
  EXPECT_EQ(service_of(R"(, "release": "@acme/shop@1.2.0+3")"), "@acme/shop");
  EXPECT_EQ(service_of(R"(, "release": "@1.2.0")"), "project-42");
  EXPECT_EQ(service_of(R"(, "release": "shop@1", "tags": {"service.name": "users"})"), "users");
  EXPECT_EQ(service_of(R"(, "tags": {"service.name": "users", "service": "checkout"})"),
            "checkout");
  EXPECT_EQ(service_of(R"(, "tags": [["a", "b"], 5, [], ["service", "pairs"]])"), "pairs");
  EXPECT_EQ(service_of(R"(, "tags": [{"key": "service", "value": "objects"}])"), "objects");
  EXPECT_EQ(service_of(R"(, "tags": {"service": ""})"), "project-42");
}

TEST(SentryEvent, ReadsTimesOfEveryForm) {
  const auto time_of = [](std::string_view time) {
    return to_rfc3339(
        occurrence_of(fmt::format(R"({{"message": "m", "timestamp": {}}})", time)).time);
  };
  const std::string received = to_rfc3339(at_second(1000));
  EXPECT_EQ(time_of("1767225600"), "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(time_of("1767225600.123456"), "2026-01-01T00:00:00.123456Z");
  EXPECT_EQ(time_of(R"("2026-01-01T00:00:00.5Z")"), "2026-01-01T00:00:00.500000Z");
  EXPECT_EQ(time_of(R"("2026-01-01T01:00:00+01:00")"), "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(time_of(R"("2026-01-01T00:00:00")"), "2026-01-01T00:00:00.000000Z");
  for (const std::string_view wrong :
       {"1e300", "-1e18", "1e18", "\"soon\"", "null", "[]", "true"}) {
    EXPECT_EQ(time_of(wrong), received) << wrong;
  }
}

TEST(SentryEvent, ReadsTheFingerprintOfTheSdk) {
  const auto parts_of = [](std::string_view fingerprint) {
    return occurrence_of(
               fmt::format(R"({{"platform": "node", "transaction": "GET /a", "exception": [{{
                   "type": "E", "value": "user 1234 left", "stacktrace": {{"frames": [
                     {{"function": "own", "filename": "/a/b/c.js", "in_app": true}},
                     {{"function": "lib", "in_app": false}}]}}}}],
                   "fingerprint": {}}})",
                           fingerprint))
        .fingerprint_parts;
  };
  EXPECT_THAT(parts_of(R"(["a", 5, "{{default}}"])"), ElementsAre("a", "5", fingerprint_default));
  EXPECT_THAT(parts_of(R"(["{{ type }}", "{{ error.value }}", "{{ transaction }}"])"),
              ElementsAre("E", message_template_v2("user 1234 left"), "GET /a"));
  EXPECT_THAT(parts_of(R"(["{{ function }}", "{{ module }}", "{{ unknown }}"])"),
              ElementsAre("own", "b/c.js", "{{ unknown }}"));
  EXPECT_TRUE(parts_of(R"("a")").empty());
  EXPECT_TRUE(parts_of("[]").empty());
}

TEST(SentryEvent, TheDefaultFingerprintOfTheSdkIsThatOfTheRules) {
  const auto fingerprint_of = [](std::string_view fingerprint) {
    return identify_v2(occurrence_of(fmt::format(
                           R"({{"exception": [{{"type": "E", "value": "v"}}], "fingerprint": {}}})",
                           fingerprint)))
        .fingerprint;
  };
  EXPECT_EQ(fingerprint_of(R"(["{{ default }}"])"), fingerprint_of("[]"));
  EXPECT_NE(fingerprint_of(R"(["{{ default }}", "a"])"), fingerprint_of("[]"));
}

TEST(SentryEvent, HalfSurrogatesAndBadBytesCostNoEvent) {
  // JavaScript writes these of texts that were cut in the middle of a character.
  EXPECT_EQ(occurrence_of(R"({"message": "cut \ud83d"})").message, "cut \xEF\xBF\xBD");
  EXPECT_EQ(occurrence_of(R"({"message": "\ude00 \uD83D\uDE00 \\ud83d"})").message,
            "\xEF\xBF\xBD \xF0\x9F\x98\x80 \\ud83d");
  EXPECT_EQ(occurrence_of(R"({"message": "\ud83d\ud83d\ude00"})").message,
            "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  EXPECT_EQ(occurrence_of("{\"message\": \"bad \xFF byte\"}").message, "bad \xEF\xBF\xBD byte");
}

TEST(SentryEvent, MembersOfWrongTypesCountAsAbsent) {
  for (const std::string_view member :
       {"exception", "platform", "level", "timestamp", "tags", "release", "contexts", "fingerprint",
        "sdk", "threads", "stacktrace", "event_id", "logentry", "type"}) {
    for (const std::string_view value : {"5", "[]", "{}", "[5]", "{\"values\": 5}", "true",
                                         "{\"values\": [[]]}", "[[[]]]", "null"}) {
      const Occurrence occurrence =
          occurrence_of(fmt::format(R"({{"message": "m", "{}": {}}})", member, value));
      EXPECT_FALSE(occurrence.service.empty()) << member << value;
      EXPECT_FALSE(occurrence.error_type.empty()) << member << value;
      EXPECT_TRUE(is_valid(occurrence.time)) << member << value;
    }
  }
}

TEST(SentryEvent, NestingIsLimited) {
  const auto nested = [](std::size_t depth) {
    return R"({"message": "m", "extra": )" + std::string(depth, '[') + std::string(depth, ']') +
           "}";
  };
  EXPECT_EQ(occurrence_of(nested(200)).message, "m");
  const auto deep = decode_sentry_event(nested(1'000'000), "7", at_second(1000));
  ASSERT_FALSE(deep.has_value());
  EXPECT_NE(deep.error().message.find("levels deep"), std::string::npos) << deep.error().message;
}

TEST(SentryEvent, TextsAreCutToTheLimits) {
  const std::string longs(100'000, 'x');
  const Occurrence occurrence = occurrence_of(fmt::format(
      R"({{"exception": [{{"type": "{0}", "value": "{0}"}}], "tags": {{"service": "{0}"}}}})",
      longs));
  EXPECT_EQ(occurrence.service.size(), limits::max_name_bytes);
  EXPECT_EQ(occurrence.error_type.size(), limits::max_name_bytes);
  EXPECT_EQ(occurrence.message.size(), limits::max_message_bytes);
  EXPECT_EQ(occurrence_of(R"({"message": "m"})", longs).service.size(), limits::max_name_bytes);
  EXPECT_EQ(occurrence_of(R"({"message": "m"})", "\xFF").service, "project-\xEF\xBF\xBD");
}

}  // namespace
}  // namespace rounds::test
