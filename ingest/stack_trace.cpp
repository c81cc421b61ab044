#include "ingest/stack_trace.hpp"

#include <array>
#include <utility>

#include "core/limits.hpp"
#include "core/utf8.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds {
namespace {

using Parser = StackTrace (*)(std::string_view text);

struct LanguageParser {
  Language language;
  Parser parse;
};

// In the order in which they are preferred when two find equally many frames. PHP's exporter of
// OpenTelemetry prints as Java does; browsers print as V8 does, or as Firefox.
constexpr std::array<LanguageParser, 12> parsers{{
    {Language::python, stack::parse_python},
    {Language::javascript, stack::parse_v8},
    {Language::java, stack::parse_java},
    {Language::dotnet, stack::parse_dotnet},
    {Language::go, stack::parse_go},
    {Language::ruby, stack::parse_ruby},
    {Language::php, stack::parse_php},
    {Language::rust, stack::parse_rust},
    {Language::swift, stack::parse_swift},
    {Language::cpp, stack::parse_cpp},
    {Language::javascript, stack::parse_browser},
    {Language::php, stack::parse_java},
}};

std::size_t count_frames(const StackTrace& trace) {
  std::size_t count = trace.frames.size();
  for (const ErrorCause& cause : trace.causes) count += cause.frames.size();
  return count;
}

// The trace that finds most, among the parsers of `language` or all of them.
StackTrace parse_best(std::string_view text, Language language) {
  StackTrace best;
  std::size_t most = 0;
  for (const LanguageParser& parser : parsers) {
    if (language != Language::unknown && parser.language != language) continue;
    StackTrace trace = parser.parse(text);
    const std::size_t found = count_frames(trace);
    if (found <= most) continue;
    most = found;
    best = std::move(trace);
    best.language = parser.language;
    if (language != Language::unknown) break;
  }
  return best;
}

}  // namespace

StackTrace parse_stack_trace(std::string_view text, std::string_view sdk_language) {
  const Language language = language_of_name(sdk_language);
  StackTrace trace = parse_best(text, language);
  if (trace.frames.empty() && trace.causes.empty() && language == Language::unknown)
    trace = stack::parse_other(text);
  if (trace.language == Language::unknown) trace.language = language;
  return trace;
}

void take_stack_trace(Occurrence& occurrence, std::string_view text,
                      std::string_view sdk_language) {
  StackTrace trace = parse_stack_trace(text, sdk_language);
  occurrence.language = trace.language;
  occurrence.frame_order = trace.order;
  occurrence.thrown_type = truncate_utf8(trace.error_type, limits::max_name_bytes);
  occurrence.frames = std::move(trace.frames);
  occurrence.causes = std::move(trace.causes);
}

}  // namespace rounds
