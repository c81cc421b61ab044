// Which code belongs to runtimes and to libraries.
#include <algorithm>
#include <array>

#include "core/grouping_tables_v2.hpp"

namespace rounds::v2 {
namespace {

using Text = std::string_view;

template <std::size_t count>
constexpr bool is_sorted_table(const std::array<Text, count>& table) {
  return std::ranges::is_sorted(table);
}

template <std::size_t count>
bool contains(const std::array<Text, count>& sorted_table, Text word) {
  return std::ranges::binary_search(sorted_table, word);
}

constexpr auto jvm_runtime = std::to_array<Text>(
    {"java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "groovy.",
     "clojure.", "android.", "androidx.", "dalvik.", "libcore."});
constexpr auto jvm_library = std::to_array<Text>({"org.springframework.",
                                                  "org.apache.",
                                                  "org.hibernate.",
                                                  "org.eclipse.",
                                                  "org.jboss.",
                                                  "io.netty.",
                                                  "io.grpc.",
                                                  "io.vertx.",
                                                  "io.micronaut.",
                                                  "io.quarkus.",
                                                  "io.undertow.",
                                                  "reactor.",
                                                  "rx.",
                                                  "io.reactivex.",
                                                  "com.fasterxml.",
                                                  "com.google.",
                                                  "com.zaxxer.",
                                                  "com.mysql.",
                                                  "org.postgresql.",
                                                  "org.mariadb.",
                                                  "org.h2.",
                                                  "oracle.",
                                                  "com.microsoft.",
                                                  "com.amazonaws.",
                                                  "software.amazon.",
                                                  "okhttp3.",
                                                  "okio.",
                                                  "retrofit2.",
                                                  "org.junit.",
                                                  "junit.",
                                                  "org.testng.",
                                                  "org.gradle.",
                                                  "ch.qos.",
                                                  "org.slf4j.",
                                                  "jakarta.",
                                                  "io.opentelemetry.",
                                                  "io.sentry.",
                                                  "redis.clients.",
                                                  "io.lettuce.",
                                                  "org.mockito.",
                                                  "com.netflix.",
                                                  "feign.",
                                                  "akka.",
                                                  "org.pekko.",
                                                  "play.",
                                                  "zio.",
                                                  "cats.",
                                                  "org.codehaus.",
                                                  "org.glassfish.",
                                                  "weblogic.",
                                                  "com.ibm.",
                                                  "net.bytebuddy.",
                                                  "org.aspectj.",
                                                  "org.quartz.",
                                                  "com.mongodb.",
                                                  "org.elasticsearch.",
                                                  "com.rabbitmq.",
                                                  "org.jetbrains.",
                                                  "org.thymeleaf.",
                                                  "io.ktor.",
                                                  "graphql.",
                                                  "liquibase.",
                                                  "org.flywaydb."});

constexpr auto dotnet_runtime = std::to_array<Text>({"System.", "Microsoft.", "Interop."});
constexpr auto dotnet_library = std::to_array<Text>({"Newtonsoft.",
                                                     "Npgsql.",
                                                     "MySql.",
                                                     "MySqlConnector.",
                                                     "Dapper.",
                                                     "AutoMapper.",
                                                     "MediatR.",
                                                     "Serilog.",
                                                     "NLog.",
                                                     "Polly.",
                                                     "Grpc.",
                                                     "Google.",
                                                     "Amazon.",
                                                     "Azure.",
                                                     "StackExchange.",
                                                     "RabbitMQ.",
                                                     "MassTransit.",
                                                     "Hangfire.",
                                                     "Quartz.",
                                                     "OpenTelemetry.",
                                                     "Sentry.",
                                                     "Castle.",
                                                     "FluentValidation.",
                                                     "Xunit.",
                                                     "NUnit.",
                                                     "MongoDB.",
                                                     "Confluent.",
                                                     "Oracle.",
                                                     "NHibernate."});

constexpr auto go_runtime = std::to_array<Text>(
    {"archive",  "bufio",    "bytes",   "compress", "container", "context", "crypto",  "database",
     "debug",    "encoding", "errors",  "fmt",      "go",        "hash",    "html",    "image",
     "internal", "io",       "iter",    "log",      "maps",      "math",    "mime",    "net",
     "os",       "path",     "reflect", "regexp",   "runtime",   "slices",  "sort",    "strconv",
     "strings",  "sync",     "syscall", "testing",  "text",      "time",    "unicode", "vendor"});
constexpr auto go_library = std::to_array<Text>({"go.opentelemetry.io/",
                                                 "google.golang.org/",
                                                 "golang.org/x/",
                                                 "go.uber.org/",
                                                 "gorm.io/",
                                                 "github.com/gin-gonic/",
                                                 "github.com/labstack/",
                                                 "github.com/gorilla/",
                                                 "github.com/go-chi/",
                                                 "github.com/jackc/",
                                                 "github.com/lib/pq",
                                                 "github.com/redis/",
                                                 "github.com/go-redis/",
                                                 "github.com/sirupsen/",
                                                 "github.com/spf13/",
                                                 "github.com/stretchr/",
                                                 "github.com/getsentry/",
                                                 "github.com/aws/",
                                                 "github.com/grpc-ecosystem/",
                                                 "gopkg.in/",
                                                 "k8s.io/"});

constexpr auto php_runtime = std::to_array<Text>({"PDO",
                                                  "PDOStatement",
                                                  "mysqli",
                                                  "mysqli_stmt",
                                                  "DateTime",
                                                  "DateTimeImmutable",
                                                  "DateInterval",
                                                  "Redis",
                                                  "Memcached",
                                                  "SoapClient",
                                                  "ReflectionClass",
                                                  "ReflectionMethod",
                                                  "ReflectionProperty",
                                                  "ReflectionNamedType",
                                                  "ReflectionFunction",
                                                  "Closure",
                                                  "ArrayObject",
                                                  "ArrayIterator",
                                                  "SplFileObject",
                                                  "SplFileInfo",
                                                  "SimpleXMLElement",
                                                  "DOMDocument",
                                                  "XMLReader",
                                                  "ZipArchive",
                                                  "Generator",
                                                  "Fiber",
                                                  "NumberFormatter",
                                                  "IntlDateFormatter",
                                                  "SplObjectStorage",
                                                  "CURLFile"});
constexpr auto php_library = std::to_array<Text>(
    {"Illuminate\\", "Symfony\\",  "Doctrine\\", "GuzzleHttp\\",    "Laravel\\",  "Monolog\\",
     "Twig\\",       "Slim\\",     "Psr\\",      "League\\",        "Composer\\", "PHPUnit\\",
     "Carbon\\",     "Laminas\\",  "Zend\\",     "Cake\\",          "yii\\",      "Ramsey\\",
     "React\\",      "Amp\\",      "Swoole\\",   "OpenTelemetry\\", "Sentry\\",   "Predis\\",
     "Nette\\",      "Livewire\\", "Spatie\\",   "Aws\\",           "Google\\"});

// A crate is its name and "::".
constexpr auto rust_runtime = std::to_array<Text>(
    {"core::", "std::", "alloc::", "__rustc::", "test::", "backtrace::", "rust_begin_unwind",
     "rust_panic", "__rust_", "__libc_", "_start", "start_thread", "clone", "__clone", "gsignal",
     "_rust_", "proc_macro::", "panic_unwind::"});
constexpr auto rust_library = std::to_array<Text>({"tokio::",
                                                   "futures::",
                                                   "futures_util::",
                                                   "futures_core::",
                                                   "hyper::",
                                                   "hyper_util::",
                                                   "axum::",
                                                   "axum_core::",
                                                   "tower::",
                                                   "tower_http::",
                                                   "actix_web::",
                                                   "actix_rt::",
                                                   "actix_http::",
                                                   "anyhow::",
                                                   "eyre::",
                                                   "color_eyre::",
                                                   "rayon::",
                                                   "rayon_core::",
                                                   "serde::",
                                                   "serde_json::",
                                                   "reqwest::",
                                                   "tonic::",
                                                   "warp::",
                                                   "rocket::",
                                                   "sqlx::",
                                                   "sqlx_core::",
                                                   "diesel::",
                                                   "tracing::",
                                                   "tracing_core::",
                                                   "tracing_subscriber::",
                                                   "opentelemetry::",
                                                   "opentelemetry_sdk::",
                                                   "crossbeam::",
                                                   "crossbeam_utils::",
                                                   "async_std::",
                                                   "smol::",
                                                   "h2::",
                                                   "rustls::",
                                                   "mio::",
                                                   "log::",
                                                   "once_cell::",
                                                   "sentry::",
                                                   "clap::",
                                                   "regex::",
                                                   "bytes::",
                                                   "parking_lot::",
                                                   "redis::"});

constexpr auto cpp_runtime = std::to_array<Text>({"std::",
                                                  "__gnu_cxx::",
                                                  "__cxxabiv1::",
                                                  "__libc_",
                                                  "__GI_",
                                                  "__pthread_",
                                                  "_start",
                                                  "__interceptor_",
                                                  "__asan",
                                                  "__sanitizer",
                                                  "__ubsan",
                                                  "__tsan",
                                                  "operator new",
                                                  "operator delete",
                                                  "raise",
                                                  "abort",
                                                  "__cxa_",
                                                  "_Unwind_",
                                                  "start_thread",
                                                  "clone",
                                                  "__clone",
                                                  "gsignal",
                                                  "__assert_fail",
                                                  "__restore_rt",
                                                  "_dl_",
                                                  "BaseThreadInitThunk",
                                                  "RtlUserThreadStart",
                                                  "__scrt_",
                                                  "invoke_main",
                                                  "??"});
constexpr auto cpp_library = std::to_array<Text>(
    {"boost::",       "testing::",   "absl::",   "google::",  "folly::",   "grpc::",
     "grpc_core::",   "fmt::",       "spdlog::", "rocksdb::", "leveldb::", "Eigen::",
     "cv::",          "nlohmann::",  "asio::",   "beast::",   "QObject::", "QCoreApplication::",
     "QMetaObject::", "QEventLoop::"});

constexpr auto swift_runtime = std::to_array<Text>(
    {"libswift",     "libsystem_",     "libdispatch",    "libobjc",          "libxpc",
     "libc++",       "libc.so",        "libpthread",     "ld-linux",         "dyld",
     "Foundation",   "CoreFoundation", "UIKit",          "UIKitCore",        "SwiftUI",
     "AppKit",       "CFNetwork",      "QuartzCore",     "GraphicsServices", "XCTest",
     "Combine",      "CoreData",       "CoreAutoLayout", "AttributeGraph",   "WebKit",
     "CoreGraphics", "libicucore",     "libsqlite3"});
constexpr auto swift_library = std::to_array<Text>(
    {"Alamofire", "NIO", "Vapor", "RxSwift", "RxCocoa", "Kingfisher", "Firebase", "Sentry", "Realm",
     "SnapKit", "Moya", "Apollo", "GRPC", "AsyncHTTPClient"});

constexpr auto any_runtime_paths = std::to_array<Text>(
    {"<frozen ", "<internal:", "<builtin>", "node:internal", "/rustc/", "/usr/include/",
     "/usr/lib/gcc/", "csu/../", "../sysdeps/", "./nptl/", "./stdlib/", "/usr/local/go/src/",
     "/usr/lib/go", "/lib/ruby/", "webpack/runtime", "webpack/bootstrap", "/rustlib/src/"});
constexpr auto any_library_paths = std::to_array<Text>({"/node_modules/",
                                                        "/site-packages/",
                                                        "/dist-packages/",
                                                        "/gems/",
                                                        "/vendor/",
                                                        "/pkg/mod/",
                                                        "/.cargo/",
                                                        "cargo/registry/",
                                                        "@v0.",
                                                        "@v1.",
                                                        "@v2.",
                                                        "@v3.",
                                                        "chrome-extension://",
                                                        "moz-extension://",
                                                        "safari-extension://",
                                                        "/bower_components/",
                                                        "/_deps/",
                                                        "/conan/",
                                                        "/vcpkg/",
                                                        "/.pnpm/",
                                                        "\\site-packages\\",
                                                        "\\node_modules\\"});

constexpr auto ruby_functions = std::to_array<Text>({"__send__",
                                                     "catch",
                                                     "class_eval",
                                                     "collect",
                                                     "downto",
                                                     "each",
                                                     "each_key",
                                                     "each_pair",
                                                     "each_value",
                                                     "each_with_index",
                                                     "each_with_object",
                                                     "flat_map",
                                                     "inject",
                                                     "instance_eval",
                                                     "instance_exec",
                                                     "load",
                                                     "loop",
                                                     "map",
                                                     "public_send",
                                                     "reduce",
                                                     "require",
                                                     "require_relative",
                                                     "select",
                                                     "step",
                                                     "synchronize",
                                                     "tap",
                                                     "then",
                                                     "times",
                                                     "upto"});
static_assert(is_sorted_table(ruby_functions));

constexpr auto python_functions = std::to_array<Text>({"<dictcomp>", "<listcomp>", "<setcomp>"});
static_assert(is_sorted_table(python_functions));

}  // namespace

CodePrefixes code_prefixes(Language language) {
  switch (language) {
    case Language::java:
      return {jvm_runtime, jvm_library};
    case Language::dotnet:
      return {dotnet_runtime, dotnet_library};
    case Language::go:
      return {go_runtime, go_library};
    case Language::php:
      return {php_runtime, php_library};
    case Language::rust:
      return {rust_runtime, rust_library};
    case Language::cpp:
      return {cpp_runtime, cpp_library};
    case Language::swift:
      return {swift_runtime, swift_library};
    case Language::unknown:
    case Language::python:
    case Language::javascript:
    case Language::ruby:
      return {};
  }
  return {};
}

CodePrefixes path_marks() {
  return {any_runtime_paths, any_library_paths};
}

bool is_runtime_function(Language language, Text function) {
  if (language == Language::ruby) return contains(ruby_functions, function);
  if (language == Language::python) return contains(python_functions, function);
  return false;
}

}  // namespace rounds::v2
