#include "core/frame_key_v2.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "core/grouping_tables_v2.hpp"
#include "core/text_tokens_v2.hpp"

namespace rounds::v2 {
namespace {

using Text = std::string_view;

bool starts_with_any(Text text, std::span<const Text> prefixes) {
  return std::ranges::any_of(prefixes, [text](Text prefix) { return text.starts_with(prefix); });
}

// No mark is in a text without a separator or another sign that each of them has.
bool contains_any(Text text, std::span<const Text> marks) {
  if (text.find_first_of("/\\:<@") == Text::npos) return false;
  return std::ranges::any_of(marks, [text](Text mark) { return text.find(mark) != Text::npos; });
}

// "python3.11/json/decoder.py" below a folder lib: the standard library of Python.
bool is_python_library(Text path) {
  for (const Text mark : {Text("/lib/python"), Text("/lib64/python")}) {
    const std::size_t at = path.find(mark);
    if (at != Text::npos && at + mark.size() < path.size() && is_digit(path[at + mark.size()])) {
      return true;
    }
  }
  return false;
}

FrameOrigin origin_of_prefixes(Text name, const CodePrefixes& prefixes) {
  if (starts_with_any(name, prefixes.runtime)) return FrameOrigin::runtime;
  return starts_with_any(name, prefixes.library) ? FrameOrigin::library : FrameOrigin::unknown;
}

// The first part of a package's path: "net" of "net/http".
FrameOrigin origin_of_go(const StackFrame& frame) {
  const Text module = frame.module;
  if (module.empty()) return FrameOrigin::runtime;
  const CodePrefixes prefixes = code_prefixes(Language::go);
  const Text first = module.substr(0, module.find('/'));
  if (std::ranges::find(prefixes.runtime, first) != prefixes.runtime.end()) {
    return FrameOrigin::runtime;
  }
  return starts_with_any(module, prefixes.library) ? FrameOrigin::library : FrameOrigin::unknown;
}

// Classes have no namespace there; functions have neither module nor file.
FrameOrigin origin_of_php(const StackFrame& frame) {
  const CodePrefixes prefixes = code_prefixes(Language::php);
  if (std::ranges::find(prefixes.runtime, frame.module) != prefixes.runtime.end()) {
    return FrameOrigin::runtime;
  }
  if (frame.filename.empty() && frame.module.empty()) return FrameOrigin::runtime;
  return starts_with_any(frame.module, prefixes.library) ? FrameOrigin::library
                                                         : FrameOrigin::unknown;
}

// Classes that the JVM makes while it runs.
bool is_generated_class(Text module) {
  return module.find("$$") != Text::npos || module.find("$Proxy") != Text::npos;
}

FrameOrigin origin_of_names(const StackFrame& frame, const CodeName& name, Language language) {
  switch (language) {
    case Language::java:
      if (is_generated_class(frame.module) || name.function.starts_with("access$")) {
        return FrameOrigin::runtime;
      }
      return origin_of_prefixes(frame.module, code_prefixes(language));
    case Language::dotnet:
      return origin_of_prefixes(frame.module, code_prefixes(language));
    case Language::swift:
      if (frame.function.starts_with("thunk for ")) return FrameOrigin::runtime;
      return origin_of_prefixes(frame.module, code_prefixes(language));
    case Language::go:
      return origin_of_go(frame);
    case Language::php:
      return origin_of_php(frame);
    case Language::cpp:
    case Language::rust:
      // C++'s main() is everybody's; Rust's own has a crate in front.
      if (name.function == "main" && language == Language::rust) return FrameOrigin::runtime;
      if (frame.function.empty()) return FrameOrigin::runtime;
      return origin_of_prefixes(name.function, code_prefixes(language));
    case Language::javascript:
      if (frame.filename.empty() && frame.module.empty()) return FrameOrigin::runtime;
      return frame.module.starts_with("node:") ? FrameOrigin::runtime : FrameOrigin::unknown;
    case Language::python:
    case Language::ruby:
    case Language::unknown:
      return FrameOrigin::unknown;
  }
  return FrameOrigin::unknown;
}

FrameOrigin origin_of(const StackFrame& frame, const CodeName& name, Language language) {
  if (frame.origin != FrameOrigin::unknown) return frame.origin;
  if (is_runtime_function(language, name.function)) return FrameOrigin::runtime;
  const FrameOrigin named = origin_of_names(frame, name, language);
  if (named != FrameOrigin::unknown) return named;
  const CodePrefixes marks = path_marks();
  const Text path = frame.filename.empty() ? frame.module : frame.filename;
  if (contains_any(path, marks.library)) return FrameOrigin::library;
  if (contains_any(path, marks.runtime)) return FrameOrigin::runtime;
  const bool is_library = language == Language::python && is_python_library(path);
  return is_library ? FrameOrigin::runtime : FrameOrigin::application;
}

}  // namespace

FrameKey key_of_frame(const StackFrame& frame, Language language) {
  CodeName name = stable_name(frame, language);
  FrameKey key;
  key.origin = origin_of(frame, name, language);
  key.name = std::move(name.module);
  if (!key.name.empty() && !name.function.empty()) key.name += ' ';
  key.name += name.function;
  return key;
}

Language language_of_frames(std::span<const StackFrame> frames) {
  constexpr std::array<std::pair<Text, Language>, 24> extensions{{
      {".py", Language::python},      {".js", Language::javascript}, {".mjs", Language::javascript},
      {".cjs", Language::javascript}, {".ts", Language::javascript}, {".tsx", Language::javascript},
      {".jsx", Language::javascript}, {".java", Language::java},     {".kt", Language::java},
      {".scala", Language::java},     {".groovy", Language::java},   {".go", Language::go},
      {".cs", Language::dotnet},      {".vb", Language::dotnet},     {".fs", Language::dotnet},
      {".rb", Language::ruby},        {".php", Language::php},       {".rs", Language::rust},
      {".cpp", Language::cpp},        {".cc", Language::cpp},        {".c", Language::cpp},
      {".cxx", Language::cpp},        {".hpp", Language::cpp},       {".swift", Language::swift},
  }};
  for (const StackFrame& frame : frames) {
    const Text path = frame.filename.empty() ? frame.module : frame.filename;
    const Text extension = path.substr(std::min(path.rfind('.'), path.size()));
    const auto* found =
        std::ranges::find(extensions, extension, &decltype(extensions)::value_type::first);
    if (found != extensions.end()) return found->second;
  }
  return Language::unknown;
}

}  // namespace rounds::v2
