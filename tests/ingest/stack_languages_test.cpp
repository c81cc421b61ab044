// Stack traces of the languages after Python and V8. The texts loaded by name were really printed
// (tests/data/stack_traces/ORIGIN.md); the others follow the format of the runtime they are named
// after.
#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "tests/ingest/stack_text_form.hpp"

namespace rounds::test {
namespace {

// What is read of `text`, by a given language and by guessing; both must agree.
std::string read(std::string_view text, std::string_view language) {
  const StackTrace given = parse_stack_trace(text, language);
  const StackTrace guessed = parse_stack_trace(text, "");
  EXPECT_EQ(given.language, language_of_name(language));
  EXPECT_EQ(guessed.language, given.language);
  EXPECT_EQ(to_text(guessed), to_text(given));
  return to_text(given);
}

TEST(JavaStack, FollowsCausesAndSkipsWhatWasSuppressed) {
  EXPECT_EQ(read(load_stack_trace("java"), "java"),
            R"(java.lang.IllegalStateException: cannot charge order 4711
  com.acme.Shop | charge | Shop.java:7
  com.acme.Shop | lambda$main$0 | Shop.java:11
  java.lang.Iterable | forEach | Iterable.java:75
  com.acme.Shop | lambda$main$1 | Shop.java:11
  com.acme.Shop | main | Shop.java:12
<- java.lang.NumberFormatException: For input string: "abc4711"
  java.lang.NumberFormatException | forInputString | NumberFormatException.java:67
  java.lang.Integer | parseInt | Integer.java:668
  java.lang.Integer | parseInt | Integer.java:786
  com.acme.Shop | parse | Shop.java:9
  com.acme.Shop | charge | Shop.java:6
)");
}

TEST(JavaStack, ReadsEveryKindOfFrame) {
  EXPECT_EQ(read(R"(kotlin.KotlinNullPointerException
	at com.acme.PayKt$charge$1.invokeSuspend(Pay.kt:12)
	at app//com.acme.Pay$$Lambda$14/0x0000000800066840.run(Unknown Source)
	at java.base@17.0.1/jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)
	at com.acme.Pay$$FastClassBySpringCGLIB$$1a2b3c.invoke(<generated>) ~[shop.jar:1.2]
	at com.acme.Pay.<init>(Pay.java)
	at x.y(SourceFile:3)
)",
                 "kotlin"),
            R"(kotlin.KotlinNullPointerException: 
  com.acme.PayKt$charge$1 | invokeSuspend | Pay.kt:12
  com.acme.Pay$$Lambda$14/0x0000000800066840 | run | :0
  jdk.internal.reflect.NativeMethodAccessorImpl | invoke0 | :0
  com.acme.Pay$$FastClassBySpringCGLIB$$1a2b3c | invoke | :0
  com.acme.Pay | <init> | Pay.java:0
  x | y | SourceFile:3
)");
}

TEST(JavaStack, TakesTheSuppressedErrorsOfTheErrorItselfForNoCause) {
  EXPECT_EQ(
      read("a.E: x\n\tat a.A.f(A.java:1)\n\tSuppressed: a.S: s\n\t\tat a.A.g(A.java:2)\n"
           "\tCaused by: a.T: t\n\t\tat a.A.h(A.java:3)\nCaused by: a.C\n\tat a.A.i(A.java:4)",
           "java"),
      "a.E: x\n  a.A | f | A.java:1\n<- a.C: \n  a.A | i | A.java:4\n");
}

TEST(BrowserStack, ReadsFirefoxAndSafari) {
  EXPECT_EQ(read(R"(charge/<@https://shop.example.com/static/js/main.3f2a9c1b.js?v=2:1:2345
async*load@https://shop.example.com/static/js/main.3f2a9c1b.js:1:99
@https://shop.example.com/a.js:3:1
evil@https://shop.example.com/b.js line 12 > eval:1:2
global code@https://shop.example.com/a.js:7
forEach@[native code]
)",
                 "webjs"),
            R"(: 
  js/main.3f2a9c1b.js | charge/< | https://shop.example.com/static/js/main.3f2a9c1b.js:1
  js/main.3f2a9c1b.js | load | https://shop.example.com/static/js/main.3f2a9c1b.js:1
  a.js |  | https://shop.example.com/a.js:3
  b.js | evil | https://shop.example.com/b.js:12
  a.js | global code | https://shop.example.com/a.js:7
   | forEach | :0
)");
}

TEST(BrowserStack, IsNotFoundInMessagesWithAnAtSign) {
  EXPECT_TRUE(parse_stack_trace("Error: mail to ada@example.com:25 failed", "").frames.empty());
  EXPECT_TRUE(parse_stack_trace("no user ada@example.com\nat all", "webjs").frames.empty());
}

TEST(DotnetStack, AssignsFramesToTheInnerExceptionTheyBelongTo) {
  EXPECT_EQ(read(R"(System.InvalidOperationException: Cannot charge order 17
 ---> System.Net.Http.HttpRequestException: Connection refused (pay.internal:443)
 ---> System.Net.Sockets.SocketException (111): Connection refused
   at System.Net.Sockets.Socket.ThrowException(SocketError error, CancellationToken t)
   --- End of inner exception stack trace ---
   at System.Net.Http.HttpClient.<SendAsync>g__Core|83_0(HttpRequestMessage request)
   at Acme.Http.Client.<PostAsync>d__5.MoveNext() in C:\src\Acme.Http\Client.cs:line 21
--- End of stack trace from previous location ---
   at Acme.Cache`1.Get[T](K key) in /src/Cache.cs:line 3
   --- End of inner exception stack trace ---
   at Acme.Pay..ctor(String id) in /src/Pay.cs:line 33
)",
                 "dotnet"),
            R"(System.InvalidOperationException: Cannot charge order 17
  Acme.Pay | .ctor | /src/Pay.cs:33
<- System.Net.Http.HttpRequestException: Connection refused (pay.internal:443)
  System.Net.Http.HttpClient | <SendAsync>g__Core|83_0 | :0
  Acme.Http.Client.<PostAsync>d__5 | MoveNext | C:\src\Acme.Http\Client.cs:21
  Acme.Cache`1 | Get[T] | /src/Cache.cs:3
<- System.Net.Sockets.SocketException: Connection refused
  System.Net.Sockets.Socket | ThrowException | :0
)");
}

TEST(DotnetStack, ReadsInnerExceptionsOnOneLineAndTheListOfAnAggregateOnce) {
  EXPECT_EQ(read("System.AggregateException: One or more errors occurred. ---> System.E: x\n"
                 "   at Acme.A.F() in /a.cs:line 1\n   --- End of inner exception stack trace ---\n"
                 "   at Acme.B.G(Int32 i)\n---> (Inner Exception #0) System.E: x\n"
                 "   at Acme.A.F() in /a.cs:line 1<---\n",
                 "dotnet"),
            "System.AggregateException: One or more errors occurred.\n  Acme.B | G | :0\n"
            "<- System.E: x\n  Acme.A | F | /a.cs:1\n");
}

TEST(GoStack, ReadsPanics) {
  EXPECT_EQ(read(load_stack_trace("go"), "go"),
            R"(panic: runtime error: index out of range [7] with length 1
  main | (*Server).charge | /srv/shop/main.go:4
  main | (*Server).run | /srv/shop/main.go:7
  main | main | /srv/shop/main.go:8
)");
}

TEST(GoStack, ReadsTheStackOfOneGoroutineWithItsCreator) {
  EXPECT_EQ(read(R"(goroutine 34 [running]:
runtime/debug.Stack()
	/usr/local/go/src/runtime/debug/stack.go:24 +0x5e
github.com/acme/shop.v2/pay.(*Server).charge.func1({0xc000012345?, 0x3})
	/home/ci/shop/pay/server.go:41 +0x1d
created by github.com/acme/shop.v2/pay.Start in goroutine 1
	/home/ci/shop/pay/server.go:12 +0x66

goroutine 1 [select]:
main.main()
	/home/ci/shop/main.go:3 +0x1
)",
                 "go"),
            R"(: 
  runtime/debug | Stack | /usr/local/go/src/runtime/debug/stack.go:24
  github.com/acme/shop.v2/pay | (*Server).charge.func1 | /home/ci/shop/pay/server.go:41
  github.com/acme/shop.v2/pay | Start | /home/ci/shop/pay/server.go:12
)");
}

TEST(GoStack, ReadsTheInnermostErrorThatPkgErrorsPrints) {
  EXPECT_EQ(read("no card\nmain.charge\n\t/srv/main.go:12\nruntime.main\n\t/go/src/runtime/"
                 "proc.go:250\ncannot pay\nmain.pay\n\t/srv/main.go:30\n",
                 "go"),
            ": \n  main | charge | /srv/main.go:12\n  runtime | main | "
            "/go/src/runtime/proc.go:250\n");
}

TEST(RubyStack, ReadsFullMessagesOfAllVersionsWithCauses) {
  EXPECT_EQ(read(R"(/srv/shop/lib/pay.rb:10:in `charge': card declined (Shop::CardError)
	from /srv/shop/lib/pay.rb:20:in `block (2 levels) in run'
	from /gems/rack-2.2.4/lib/rack/handler.rb:8:in `call'
/srv/shop/lib/http.rb:3:in 'Shop::Http#post': timed out after 30s (Net::ReadTimeout)
	from /srv/shop/lib/pay.rb:9:in 'Shop::Pay#charge'
)",
                 "ruby"),
            R"(Shop::CardError: card declined
  lib/pay.rb | charge | /srv/shop/lib/pay.rb:10
  lib/pay.rb | block (2 levels) in run | /srv/shop/lib/pay.rb:20
  rack-2.2.4/lib/rack/handler.rb | call | /gems/rack-2.2.4/lib/rack/handler.rb:8
<- Net::ReadTimeout: timed out after 30s
  lib/http.rb | Shop::Http#post | /srv/shop/lib/http.rb:3
  lib/pay.rb | Shop::Pay#charge | /srv/shop/lib/pay.rb:9
)");
}

TEST(RubyStack, ReadsWhatTerminalsShowNewestLast) {
  const StackTrace trace = parse_stack_trace(
      "Traceback (most recent call last):\n\t1: from a.rb:3:in `<main>'\na.rb:1:in `f': x (E)\n",
      "ruby");
  EXPECT_EQ(trace.order, FrameOrder::newest_last);
  EXPECT_EQ(to_text(trace), "E: x\n  a.rb | <main> | a.rb:3\n  a.rb | f | a.rb:1\n");
}

TEST(PhpStack, TakesTheLastOfLinkedErrorsForTheOneThatWasRaised) {
  EXPECT_EQ(
      read(
          R"(PHP Fatal error:  Uncaught PDOException: SQLSTATE[42S02]: no such table in /srv/app/src/Db.php:12
Stack trace:
#0 /srv/app/src/Db.php(12): PDO->query('SELECT * FROM a...')
#1 /srv/app/src/Pay.php(20): Acme\Db::find(17)
#2 {main}

Next RuntimeException: cannot charge in /srv/app/src/Pay.php:22
Stack trace:
#0 [internal function]: Acme\Pay->{closure:Acme\Pay::charge():20}(Array)
#1 /srv/app/index.php(5): array_map(Object(Closure), Array)
#2 {main}
  thrown in /srv/app/src/Pay.php on line 22
)",
          "php"),
      R"(RuntimeException: cannot charge
  Acme\Pay | {closure:Acme\Pay::charge():20} | /srv/app/src/Pay.php:22
   | array_map | :0
   | {main} | /srv/app/index.php:5
<- PDOException: SQLSTATE[42S02]: no such table
  PDO | query | /srv/app/src/Db.php:12
  Acme\Db | find | /srv/app/src/Db.php:12
   | {main} | /srv/app/src/Pay.php:20
)");
}

TEST(PhpStack, ReadsTheFormThatOpenTelemetryPrints) {
  const StackTrace trace = parse_stack_trace(
      "RuntimeException: no\n\tat Acme.Pay.charge(Pay.php:12)\n\tat {main}(index.php:5)\n", "php");
  EXPECT_EQ(trace.language, Language::php);
  EXPECT_EQ(to_text(trace),
            "RuntimeException: no\n  Acme.Pay | charge | Pay.php:12\n   | {main} | "
            "index.php:5\n");
}

TEST(RustStack, ReadsPanics) {
  const std::string text = read(load_stack_trace("rust"), "rust");
  EXPECT_TRUE(
      text.starts_with("panic: called `Result::unwrap()` on an `Err` value: ParseIntError "
                       "{ kind: InvalidDigit }\n   | __rustc::rust_begin_unwind | "))
      << text;
  EXPECT_NE(text.find("\n   | m::pay::all::{{closure}} | ./m.rs:2\n"), std::string::npos) << text;
  const std::string full = read(load_stack_trace("rust_full"), "rust");
  EXPECT_NE(full.find("\n   | m::pay::charge::h748a9e6dbb7f8514 | /srv/shop/m.rs:1\n"),
            std::string::npos)
      << full;
}

TEST(RustStack, ReadsErrorsOfAnyhowWithTheirCauses) {
  EXPECT_EQ(read(R"(Error: cannot charge order 17

Caused by:
    0: cannot reach pay.internal
    1: Connection refused (os error 111)

Stack backtrace:
   0: anyhow::error::<impl anyhow::Error>::msg
             at /cargo/anyhow-1.0.75/src/error.rs:83:36
   1: shop::pay::charge
             at ./src/pay.rs:12
)",
                 "rust"),
            R"(: cannot charge order 17
   | anyhow::error::<impl anyhow::Error>::msg | /cargo/anyhow-1.0.75/src/error.rs:83
   | shop::pay::charge | ./src/pay.rs:12
<- : cannot reach pay.internal
<- : Connection refused (os error 111)
)");
}

TEST(CppStack, ReadsGlibcAndGdb) {
  const std::string glibc = read(load_stack_trace("glibc"), "cpp");
  EXPECT_NE(glibc.find("  shopcpp | _ZN4shop6chargeEiRKSt6vectorIiSaIiEE | :0\n"),
            std::string::npos)
      << glibc;
  EXPECT_NE(glibc.find("  libc.so.6 |  | :0\n"), std::string::npos) << glibc;
  const std::string gdb = read(load_stack_trace("gdb"), "cpp");
  EXPECT_NE(gdb.find("   | shop::charge | pay.cpp:8\n"), std::string::npos) << gdb;
  EXPECT_TRUE(gdb.ends_with("   | main | pay.cpp:10\n")) << gdb;
}

TEST(CppStack, ReadsTheFirstStackOfASanitizerReport) {
  const std::string text = read(load_stack_trace("asan"), "cpp");
  EXPECT_TRUE(text.starts_with("heap-use-after-free: heap-use-after-free on address 0x")) << text;
  EXPECT_NE(text.find("\n   | shop::charge(int, std::vector<int, std::allocator<int>> const&) | "
                      "/srv/shop/pay.cpp:8\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("  shopasan | _start | :0\n")) << text;
  EXPECT_EQ(text.find("operator delete"), std::string::npos) << "of the stack that freed it";
}

TEST(CppStack, ReadsBoostAndGlog) {
  EXPECT_EQ(read("terminate called after throwing an instance of 'std::runtime_error'\n"
                 "  what():  no card\n"
                 " 0# shop::charge(int) at /srv/src/pay.cpp:12\n"
                 " 1# 0x000055D0 in ./shop\n"
                 " 2# shop::run() in /usr/lib/libshop.so.2\n",
                 "cpp"),
            "std::runtime_error: no card\n   | shop::charge(int) | /srv/src/pay.cpp:12\n"
            "  shop |  | :0\n  libshop.so.2 | shop::run() | :0\n");
  EXPECT_EQ(read("    @     0x55d0c1a2  shop::charge()\n    @     0x7f00  (unknown)\n", "cpp"),
            ": \n   | shop::charge() | :0\n");
}

TEST(SwiftStack, ReadsCrashReportsAndTheRuntime) {
  EXPECT_EQ(read(R"(Shop/Cart.swift:12: Fatal error: Index out of range
0   libswiftCore.dylib   0x00007fff2e7c1234 specialized _assertionFailure(_:_:) + 384
1   Shop                 0x0000000100003f30 Cart.charge(_:) + 52 (Cart.swift:12)
2   Shop                 0x0000000100003f90 0x100000000 + 16272

Thread 1:
0   libsystem_kernel.dylib  0x00007fff2e7c1238 __workq_kernreturn + 8
)",
                 "swift"),
            R"(Fatal error: Index out of range
  libswiftCore.dylib | specialized _assertionFailure(_:_:) | :0
  Shop | Cart.charge(_:) | Cart.swift:12
  Shop |  | :0
)");
  EXPECT_EQ(read(R"(Thread 0 "shop" crashed:

0 [inlined] [system] 0x00007f2a _assertionFailure(_:) in libswiftCore.so
1 [ra] 0x0000558100003f30 Cart.charge(_:) + 52 in shop at /srv/Sources/Cart.swift:12:9
)",
                 "swift"),
            R"(: 
  libswiftCore.so | _assertionFailure(_:) | :0
  shop | Cart.charge(_:) | /srv/Sources/Cart.swift:12
)");
}

TEST(PythonStack, KeepsTheErrorsThatLedToTheLastAsCauses) {
  EXPECT_EQ(read(load_stack_trace("python"), "python"),
            R"(KeyError: 'price'
  shop/t.py | <module> | /srv/shop/t.py:9
  shop/t.py | run | /srv/shop/t.py:7
<- RuntimeError: cannot load order 4
  shop/t.py | run | /srv/shop/t.py:6
  shop/t.py | load | /srv/shop/t.py:4
<- json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: )"
            R"(line 1 column 2 (char 1)
  shop/t.py | load | /srv/shop/t.py:3
  json/__init__.py | loads | /usr/local/lib/python3.11/json/__init__.py:346
  json/decoder.py | decode | /usr/local/lib/python3.11/json/decoder.py:337
  json/decoder.py | raw_decode | /usr/local/lib/python3.11/json/decoder.py:353
)");
}

TEST(V8Stack, ReadsTheCausesThatInspectPrints) {
  EXPECT_EQ(read(load_stack_trace("node"), "nodejs"), R"(Error: cannot load order 17
  shop/n.mjs | load | /srv/shop/n.mjs:1
  shop/n.mjs |  | /srv/shop/n.mjs:2
   | Array.map | :0
  shop/n.mjs | run | /srv/shop/n.mjs:2
<- SyntaxError: Expected property name or '}' in JSON at position 1
   | JSON.parse | :0
  shop/n.mjs | load | /srv/shop/n.mjs:1
  shop/n.mjs |  | /srv/shop/n.mjs:2
   | Array.map | :0
  shop/n.mjs | run | /srv/shop/n.mjs:2
)");
}

TEST(OtherStack, TakesLinesThatNameAPlaceForFrames) {
  EXPECT_EQ(read("** (KeyError) key :price not found\n    (shop 0.1.0) lib/shop/cart.ex:12: "
                 "Shop.Cart.total/1\n    (elixir 1.14.0) lib/enum.ex:4249: Enum.map/2\n",
                 ""),
            ": ** (KeyError) key :price not found\n"
            "  shop/cart.ex | (shop 0.1.0): Shop.Cart.total/1 | lib/shop/cart.ex:12\n"
            "  lib/enum.ex | (elixir 1.14.0): Enum.map/2 | lib/enum.ex:4249\n");
}

TEST(StackTraces, GiveNoFramesForOtherTexts) {
  for (const std::string_view language :
       {"", "python", "java", "nodejs", "go", "dotnet", "ruby", "php", "rust", "cpp", "swift"}) {
    for (const std::string_view text :
         {"", "\n\n", "x", "at", "#0", "0:", "1# ", "@", "\tat (", " in `", "---> ", "Caused by: ",
          "plain words, then a number: 12", "12:30:05 not a frame", "a@b", "[0x", "(+) [0x1]"}) {
      EXPECT_TRUE(parse_stack_trace(text, language).frames.empty()) << language << ": " << text;
    }
  }
}

TEST(StackTraces, KeepABoundedNumberOfFramesAndCauses) {
  std::string text = "a.E: x\n";
  for (std::size_t cause = 0; cause < 3 * limits::max_causes; ++cause) {
    for (std::size_t i = 0; i < 2 * limits::max_frames; ++i) text += "\tat a.A.f(A.java:1)\n";
    text += "Caused by: a.C\n";
  }
  const StackTrace trace = parse_stack_trace(text, "java");
  EXPECT_EQ(trace.frames.size(), limits::max_frames);
  ASSERT_EQ(trace.causes.size(), limits::max_causes);
  EXPECT_EQ(trace.causes[0].frames.size(), limits::max_frames);
}

}  // namespace
}  // namespace rounds::test
