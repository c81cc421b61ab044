// The languages whose stack traces are understood, and how their runtimes print them.
//
// Stack parsers (ingest/) say of each occurrence which language it is from; grouping rules (core/)
// depend on it. Values: usable from any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace rounds {

// Not persisted.
enum class Language : std::uint8_t {
  unknown,
  python,
  java,  // and everything else on the JVM: Kotlin, Scala, Groovy
  javascript,
  go,
  dotnet,
  ruby,
  php,
  rust,
  cpp,  // and C
  swift,
};

// The name that rules and output use: "javascript", "unknown".
[[nodiscard]] std::string_view to_string(Language language);

// The language that `name` stands for: a value of OpenTelemetry's telemetry.sdk.language
// ("nodejs", "webjs", "dotnet"), or one of the names that to_string() gives, or a common other
// spelling ("kotlin", "csharp"), whatever its case; unknown for any other text.
[[nodiscard]] Language language_of_name(std::string_view name);

}  // namespace rounds
