// What counts in rules v2 besides the message.
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/fingerprint.hpp"
#include "core/frame_key_v2.hpp"

namespace rounds {
namespace {

Occurrence make(Language language, std::vector<StackFrame> frames) {
  Occurrence occurrence;
  occurrence.service = "shop";
  occurrence.error_type = "E";
  occurrence.message = "no";
  occurrence.language = language;
  occurrence.frames = std::move(frames);
  return occurrence;
}

std::string fingerprint(const Occurrence& occurrence) {
  return identify_v2(occurrence).fingerprint;
}

// "own", "library", "runtime" and the name of a frame.
std::string key(Language language, const StackFrame& frame) {
  const v2::FrameKey key = v2::key_of_frame(frame, language);
  const char* origin = key.origin == FrameOrigin::application ? "own "
                       : key.origin == FrameOrigin::library   ? "library "
                                                              : "runtime ";
  return origin + key.name;
}

TEST(FingerprintV2, HasItsVersionInTheText) {
  const std::string text = fingerprint(make(Language::java, {}));
  EXPECT_TRUE(text.starts_with("v2:")) << text;
  EXPECT_EQ(text.size(), 3U + 64U);
}

TEST(FingerprintV2, IsTheSameForEver) {
  Occurrence occurrence = make(Language::python, {{"shop/app.py", "main", "/srv/shop/app.py", 1}});
  occurrence.message = "order 17 of 'x'";
  occurrence.causes.push_back({"C", "because", {}});
  const SignatureIdentity identity = identify_v2(occurrence);
  EXPECT_EQ(identity.fingerprint,
            "v2:3548096d4a59ce52e356b56927620fd96a76c5aa3f699df39661ac4e390615cb");
  EXPECT_EQ(identity.stack_hash, "40aabe43f742bc24");
}

TEST(FingerprintV2, NamesOfCodeAreTheSameInEveryBuild) {
  using enum Language;
  const auto name = [](Language language, std::string module, std::string function) {
    return key(language, {std::move(module), std::move(function), "a", 0});
  };
  EXPECT_EQ(name(java, "com.acme.Shop", "lambda$main$0"), "own com.acme.Shop main");
  EXPECT_EQ(name(java, "com.acme.Stock$fetch$2", "invokeSuspend"), "own com.acme.Stock fetch");
  EXPECT_EQ(name(java, "com.acme.Shop$1", "run"), "own com.acme.Shop run");
  EXPECT_EQ(name(dotnet, "Acme.Pay.<PostAsync>d__5", "MoveNext"), "own Acme.Pay PostAsync");
  EXPECT_EQ(name(dotnet, "Acme.Pay.<>c__DisplayClass4_0", "<Charge>b__0"), "own Acme.Pay Charge");
  EXPECT_EQ(name(dotnet, "Acme.Csv", "<Rows>g__Cell|3_1"), "own Acme.Csv Rows");
  EXPECT_EQ(name(go, "main", "(*Server).run.func1.2"), "own main (*Server).run");
  EXPECT_EQ(name(go, "main", "Map[...].func3"), "own main Map");
  EXPECT_EQ(name(rust, "", "shop::pay::charge::h748a9e6dbb7f8514"), "own shop::pay::charge");
  EXPECT_EQ(name(rust, "", "shop::all::{{closure}}"), "own shop::all");
  EXPECT_EQ(name(rust, "", "<shop::Cart as core::fmt::Display>::fmt"), "own shop::Cart::fmt");
  EXPECT_EQ(name(cpp, "", "int shop::Cart::total<int>(int)::'lambda'(int)::operator()(int) const"),
            "own shop::Cart::total");
  EXPECT_EQ(name(cpp, "", "shop::Cart::total(int)::{lambda(int)#1}::operator()(int) const"),
            "own shop::Cart::total");
  EXPECT_EQ(name(cpp, "", "shop::(anonymous namespace)::f(int) [clone .cold]"),
            "own shop::{anonymous}::f");
  EXPECT_EQ(name(cpp, "shopd", "_ZN4shop6chargeEiRKSt6vectorIiSaIiEE"), "own shop::charge");
  EXPECT_EQ(name(cpp, "", "shop::A::operator<(shop::A const&) const"), "own shop::A::operator<");
  EXPECT_EQ(name(ruby, "lib/pay.rb", "block (2 levels) in run"), "own lib/pay.rb run");
  EXPECT_EQ(name(ruby, "lib/pay.rb", "Shop::Pay#run"), "own lib/pay.rb run");
  EXPECT_EQ(name(php, "Acme\\Pay", "{closure:Acme\\Pay::f():3}"), "own Acme.Pay {closure}");
  EXPECT_EQ(name(swift, "Shop", "closure #1 in Cart.sum(_:)"), "own Shop Cart.sum(_:)");
  EXPECT_EQ(name(javascript, "js/main.3f2a9c1b.js", "charge/<"), "own js/main.js charge");
  EXPECT_EQ(name(javascript, "shop/app.js", "Object.charge"), "own shop/app.js charge");
}

TEST(FingerprintV2, TellsTheApplicationFromLibrariesAndRuntimes) {
  using enum Language;
  const auto origin = [](Language language, const StackFrame& frame) {
    const std::string text = key(language, frame);
    return text.substr(0, text.find(' '));
  };
  EXPECT_EQ(origin(java, {"java.lang.Thread", "run", "Thread.java", 1}), "runtime");
  EXPECT_EQ(origin(java, {"org.springframework.X", "f", "X.java", 1}), "library");
  EXPECT_EQ(origin(python, {"json/decoder.py", "f", "/usr/lib/python3.11/json/decoder.py", 1}),
            "runtime");
  EXPECT_EQ(origin(python, {"flask/app.py", "f", "/v/lib/python3/site-packages/flask/app.py", 1}),
            "library");
  EXPECT_EQ(origin(javascript, {"node:fs", "f", "node:fs", 1}), "runtime");
  EXPECT_EQ(origin(javascript, {"x/i.js", "f", "/a/node_modules/x/i.js", 1}), "library");
  EXPECT_EQ(origin(javascript, {"", "Array.map", "", 0}), "runtime");
  EXPECT_EQ(origin(go, {"net/http", "Serve", "/usr/local/go/src/net/http/server.go", 1}),
            "runtime");
  EXPECT_EQ(origin(go, {"github.com/x/y", "F", "/go/pkg/mod/github.com/x/y@v1.0.0/y.go", 1}),
            "library");
  EXPECT_EQ(origin(go, {"github.com/acme/shop", "F", "/build/shop.go", 1}), "own");
  EXPECT_EQ(origin(dotnet, {"System.Linq.Enumerable", "ToList", "", 0}), "runtime");
  EXPECT_EQ(origin(ruby, {"rack-2.2.4/lib/r.rb", "f", "/r/gems/rack-2.2.4/lib/r.rb", 1}),
            "library");
  EXPECT_EQ(origin(ruby, {"a/b.rb", "each", "/srv/a/b.rb", 1}), "runtime");
  EXPECT_EQ(origin(php, {"PDO", "query", "/srv/Db.php", 1}), "runtime");
  EXPECT_EQ(origin(php, {"Foo\\Bar", "f", "/srv/vendor/foo/Bar.php", 1}), "library");
  EXPECT_EQ(origin(rust, {"", "core::panicking::panic_fmt", "", 0}), "runtime");
  EXPECT_EQ(origin(rust, {"", "anyhow::error::f", "/root/.cargo/registry/a.rs", 1}), "library");
  EXPECT_EQ(origin(cpp, {"", "std::function<int (int)>::operator()(int) const", "", 0}), "runtime");
  EXPECT_EQ(origin(cpp, {"libc.so.6", "", "", 0}), "runtime");
  EXPECT_EQ(origin(swift, {"libswiftCore.dylib", "f", "", 0}), "runtime");
  StackFrame said{"java.lang.Thread", "run", "", 0};
  said.origin = FrameOrigin::application;
  EXPECT_EQ(origin(java, said), "own") << "what the SDK says wins";
}

const StackFrame charge{"com.acme.Pay", "charge", "Pay.java", 10};
const StackFrame run{"com.acme.Pay", "run", "Pay.java", 20};
const StackFrame thread{"java.lang.Thread", "run", "Thread.java", 833};

TEST(FingerprintV2, CountsFramesOfTheApplicationOnly) {
  const std::string expected = fingerprint(make(Language::java, {charge, run}));
  EXPECT_EQ(fingerprint(make(Language::java, {charge, thread, run, thread})), expected);
  EXPECT_NE(fingerprint(make(Language::java, {run})), expected);
  StackFrame moved = charge;
  moved.line = 99;
  EXPECT_EQ(fingerprint(make(Language::java, {moved, run})), expected);
}

TEST(FingerprintV2, CountsOthersOnlyIfTheApplicationHasNone) {
  EXPECT_NE(fingerprint(make(Language::java, {thread})), fingerprint(make(Language::java, {})));
  Occurrence occurrence = make(Language::java, {thread});
  occurrence.causes.push_back({"C", "", {charge}});
  Occurrence other = make(Language::java, {});
  other.causes = occurrence.causes;
  EXPECT_EQ(fingerprint(occurrence), fingerprint(other)) << "a cause has a frame of its own";
}

TEST(FingerprintV2, DoesNotDependOnTheEndAtWhichFramesBegin) {
  Occurrence newest_first =
      make(Language::python, {{"a.py", "f", "/a.py", 1}, {"b.py", "g", "", 2}});
  newest_first.frame_order = FrameOrder::newest_first;
  Occurrence newest_last =
      make(Language::python, {{"b.py", "g", "", 2}, {"a.py", "f", "/a.py", 1}});
  EXPECT_NE(fingerprint(newest_first), fingerprint(make(Language::python, newest_first.frames)))
      << "Python prints the newest last";
  EXPECT_EQ(fingerprint(newest_first), fingerprint(newest_last));
}

TEST(FingerprintV2, FoldsRecursion) {
  const std::string expected = fingerprint(make(Language::java, {charge, run}));
  EXPECT_EQ(fingerprint(make(Language::java, {charge, charge, charge, run})), expected);
  EXPECT_EQ(fingerprint(make(Language::java, {charge, run, charge, run})), expected);
}

TEST(FingerprintV2, StopsCountingWhereTheNewestFramesAreEnough) {
  std::vector<StackFrame> frames;
  for (std::size_t i = 1; i <= 20; ++i) {
    frames.push_back({"com.acme.A", "f" + std::string(i, 'x'), "", 0});
  }
  const std::string expected = fingerprint(make(Language::java, frames));
  frames.pop_back();
  EXPECT_EQ(fingerprint(make(Language::java, frames)), expected);
  frames.erase(frames.begin() + 7);
  EXPECT_NE(fingerprint(make(Language::java, frames)), expected);
}

TEST(FingerprintV2, LooksAtCauses) {
  Occurrence occurrence = make(Language::java, {charge});
  std::set<std::string> fingerprints{fingerprint(occurrence)};
  for (const ErrorCause& cause : {ErrorCause{"A", "x", {}}, ErrorCause{"B", "x", {}},
                                  ErrorCause{"A", "y", {}}, ErrorCause{"A", "x", {run}}}) {
    occurrence.causes = {cause};
    EXPECT_TRUE(fingerprints.insert(fingerprint(occurrence)).second) << cause.error_type;
  }
}

TEST(FingerprintV2, TakesTheTypeOfTheTraceWhereSdksSendACode) {
  Occurrence span_event = make(Language::javascript, {});
  span_event.error_type = "ETIMEDOUT";
  span_event.thrown_type = "ConnectionTimeoutError";
  Occurrence log_record = span_event;
  log_record.error_type = "ConnectionTimeoutError";
  EXPECT_EQ(fingerprint(span_event), fingerprint(log_record));
  EXPECT_EQ(identify_v2(span_event).error_type, "ETIMEDOUT");
  span_event.language = Language::java;
  EXPECT_NE(fingerprint(span_event), fingerprint(log_record));
}

TEST(FingerprintV2, PartsCannotRunIntoEachOther) {
  Occurrence left = make(Language::java, {});
  left.service = "shop4:type:1:E";
  Occurrence right = make(Language::java, {});
  right.error_type = "E7:message:";
  EXPECT_NE(fingerprint(left), fingerprint(right));
  left = make(Language::java, {{"a", "b", "", 0}, {"c", "d", "", 0}});
  right = make(Language::java, {{"a", "b5:frame:c d", "", 0}});
  EXPECT_NE(fingerprint(left), fingerprint(right));
}

TEST(FingerprintV2, IsReplacedByWhatARuleSays) {
  Occurrence left = make(Language::java, {charge});
  Occurrence right = make(Language::java, {run});
  right.error_type = "F";
  left.fingerprint_parts = right.fingerprint_parts = {"database"};
  EXPECT_EQ(fingerprint(left), fingerprint(right));
  right.service = "other";
  EXPECT_NE(fingerprint(left), fingerprint(right)) << "the service always counts";
  right = left;
  right.fingerprint_parts = {"database", std::string(fingerprint_default)};
  EXPECT_NE(fingerprint(left), fingerprint(right));
}

TEST(FingerprintV2, ExplainsEachPart) {
  Occurrence occurrence = make(Language::java, {charge, thread, charge});
  occurrence.message = "order 17";
  const FingerprintExplanation explanation = explain_v2(occurrence);
  EXPECT_EQ(explanation.identity, identify_v2(occurrence));
  const std::vector<FingerprintPart> expected{
      {"service", "shop", true, "each service has its own failures"},
      {"type", "E", true, "as reported"},
      {"message", "order <value>", true, "without its variable parts"},
      {"frame", "com.acme.Pay charge", true, "code of the application"},
      {"frame", "java.lang.Thread run", false, "code of the language or its runtime"},
      {"frame", "com.acme.Pay charge", false,
       "the same function is among the newer frames: recursion"},
  };
  EXPECT_EQ(explanation.parts, expected);
}

}  // namespace
}  // namespace rounds
