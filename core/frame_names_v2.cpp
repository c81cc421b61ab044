// Names of code that stay the same: one function for each language, after how its compiler names
// what has no name of its own.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/fingerprint.hpp"
#include "core/frame_key_v2.hpp"
#include "core/text_tokens_v2.hpp"

namespace rounds::v2 {
namespace {

using Text = std::string_view;

bool take_prefix(Text& text, Text prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool all_digits(Text text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// Removes `mark` and a number from the end of `text`: take_numbered(text, ".func") of "f.func12".
bool take_numbered(Text& text, Text mark) {
  const std::size_t at = text.rfind(mark);
  if (at == Text::npos || !all_digits(text.substr(at + mark.size()))) return false;
  text = text.substr(0, at);
  return true;
}

// `text` without what stands in brackets of this kind, nested or not. An operator's own sign is no
// bracket: "operator<", "operator->".
std::string without_brackets(Text text, char open, char close) {
  std::string kept;
  std::size_t depth = 0;
  for (const char c : text) {
    const bool of_operator =
        depth == 0 && (c == open || c == close) &&
        (kept.ends_with("operator") || kept.ends_with("operator-") ||
         (kept.ends_with(open) && Text(kept).substr(0, kept.size() - 1).ends_with("operator")));
    const bool is_bracket = !of_operator && (c == open || c == close);
    if (!is_bracket && depth == 0) kept += c;
    if (is_bracket && c == open) ++depth;
    if (is_bracket && c == close && depth > 0) --depth;
  }
  return kept;
}

// --- C++ ---------------------------------------------------------------------------------------

// What compilers put behind the names of parts and copies of functions.
Text without_clone(Text name) {
  constexpr std::array<Text, 6> marks{".cold",       ".isra.", ".part.",
                                      ".constprop.", ".llvm.", ".lto_priv."};
  name = name.substr(0, name.find(" [clone "));
  name = name.substr(0, name.find("[abi:"));
  for (const Text mark : marks) name = name.substr(0, name.find(mark));
  return name;
}

// Code inside of a lambda counts as the function around it.
Text without_lambda(Text name) {
  for (const Text mark : {Text("::{lambda"), Text("::'lambda"), Text("::$_"), Text("::{unnamed"),
                          Text("::<lambda")}) {
    name = name.substr(0, name.find(mark));
  }
  return name;
}

std::string replaced(Text text, Text what, Text by) {
  std::string result;
  while (true) {
    const std::size_t found = text.find(what);
    result += text.substr(0, found);
    if (found == Text::npos) return result;
    result += by;
    text.remove_prefix(found + what.size());
  }
}

std::string cpp_function(Text function) {
  std::string demangled;
  if (function.starts_with("_Z")) {
    demangled = demangle(function);
    function = demangled;
  }
  std::string text = replaced(without_clone(function), "(anonymous namespace)", "{anonymous}");
  text = replaced(text, "<lambda(", "{lambda(");
  text = without_brackets(without_brackets(text, '(', ')'), '<', '>');
  Text name = without_lambda(text);
  for (const Text suffix : {Text(" const"), Text(" volatile"), Text(" &"), Text(" noexcept")}) {
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  }
  // The type that is returned stands in front, for templates.
  const std::size_t space = name.rfind(' ');
  if (space != Text::npos && name.find("operator ") == Text::npos) name.remove_prefix(space + 1);
  return std::string(name);
}

// --- Rust --------------------------------------------------------------------------------------

bool is_rust_hash(Text text) {
  constexpr std::size_t length = 17;
  return text.size() == length && text[0] == 'h' &&
         std::ranges::all_of(text.substr(1), is_hex_digit);
}

// "<shop::Cart as core::fmt::Display>::fmt" is shop::Cart::fmt.
std::string with_own_type(Text name) {
  if (!name.starts_with('<')) return std::string(name);
  std::size_t depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<') ++depth;
    if (name[i] != '>' || name[i - 1] == '-') continue;
    if (--depth > 0) continue;
    const Text inside = name.substr(1, i - 1);
    std::string type = without_brackets(inside, '<', '>');
    type = type.substr(0, type.find(" as "));
    return type.append(name.substr(i + 1));
  }
  return std::string(name);
}

std::string rust_function(Text function) {
  std::string demangled;
  if (function.starts_with("_ZN")) {
    demangled = demangle(function);
    function = demangled;
  }
  const std::size_t last = function.rfind("::");
  if (last != Text::npos && is_rust_hash(function.substr(last + 2))) {
    function = function.substr(0, last);
  }
  // Closures have a number in one version of the compiler and none in another.
  std::string text = with_own_type(function);
  text = without_brackets(without_brackets(text, '{', '}'), '<', '>');
  text = without_brackets(text, '[', ']');
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':' && name.ends_with("::")) continue;
    name += text[i];
  }
  while (name.ends_with(':')) name.pop_back();
  return name;
}

// --- Go ----------------------------------------------------------------------------------------

Text go_function(Text function) {
  while (true) {
    if (function.ends_with("-fm")) {
      function.remove_suffix(3);
    } else if (function.ends_with("[...]")) {
      function.remove_suffix(5);
    } else if (!take_numbered(function, ".func") && !take_numbered(function, ".gowrap") &&
               !take_numbered(function, ".deferwrap") && !take_numbered(function, "-range") &&
               !take_numbered(function, ".")) {
      return function;
    }
  }
}

// --- JVM ---------------------------------------------------------------------------------------

// Methods that classes made for a lambda or a coroutine have; the class names the real one.
bool is_bridge(Text function) {
  return function == "invokeSuspend" || function == "invoke" || function == "run" ||
         function == "apply" || function == "accept" || function == "call" || function == "get";
}

CodeName jvm_name(Text module, Text function) {
  module = module.substr(0, module.find("$$"));
  while (take_numbered(module, "$")) {
  }
  // Pay$charge$1.invokeSuspend, with the number gone, is Pay.charge.
  const std::size_t inner = module.rfind('$');
  if (inner != Text::npos && inner + 1 < module.size() && module[inner + 1] >= 'a' &&
      module[inner + 1] <= 'z' && is_bridge(function)) {
    return {std::string(module.substr(0, inner)), std::string(module.substr(inner + 1))};
  }
  if (take_prefix(function, "lambda$")) {
    static_cast<void>(take_numbered(function, "$"));
  }
  if (function.ends_with("$default")) function.remove_suffix(8);
  function = function.substr(0, function.find('-'));  // Kotlin: "charge-IoAF18A"
  return {std::string(module), std::string(function)};
}

// --- .NET --------------------------------------------------------------------------------------

// "<Charge>b__4_0", "<Charge>d__5" and "<Charge>g__Cell|3_1" are Charge. Not "<>c".
Text dotnet_source(Text name) {
  if (!name.starts_with('<')) return {};
  const std::size_t end = name.find('>');
  return end == Text::npos || end < 2 ? Text() : name.substr(1, end - 1);
}

CodeName dotnet_name(Text module, Text function) {
  Text source = dotnet_source(function);
  if (!source.empty()) function = source;
  while (true) {
    const std::size_t part = module.find_last_of(".+/");
    const Text last = part == Text::npos ? module : module.substr(part + 1);
    if (!last.starts_with('<')) break;
    source = dotnet_source(last);
    // A state machine's MoveNext() is the method that waits.
    if (!source.empty() && function == "MoveNext") function = source;
    module = part == Text::npos ? Text() : module.substr(0, part);
  }
  std::string type = without_brackets(module, '[', ']');
  std::erase_if(type, [](char c) { return c == '`'; });
  return {type, without_brackets(function, '[', ']')};
}

// --- Ruby, PHP, Swift, JavaScript
// -----------------------------------------------------------------

Text ruby_function(Text function) {
  if (take_prefix(function, "block ")) {
    const std::size_t in = function.find("in ");
    if (in != Text::npos) function = function.substr(in + 3);
  }
  for (const Text prefix : {Text("rescue in "), Text("ensure in "), Text("block in ")}) {
    static_cast<void>(take_prefix(function, prefix));
  }
  // Since 3.4 the class stands in front: "Shop::Pay#charge", "User.register".
  const std::size_t owner = function.find_last_of("#.");
  const bool has_owner =
      owner != Text::npos && owner > 0 && owner + 1 < function.size() && !function.starts_with('<');
  return has_owner ? function.substr(owner + 1) : function;
}

CodeName php_name(Text module, Text function) {
  const std::size_t closure = function.find("{closure");
  std::string type(module.substr(0, module.find("@anonymous")));
  std::ranges::replace(type, '\\', '.');
  return {type, closure == Text::npos ? std::string(function) : "{closure}"};
}

Text swift_function(Text function) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (const Text prefix :
         {Text("specialized "), Text("partial apply for "), Text("generic specialization "),
          Text("merged "), Text("outlined "), Text("@objc "), Text("static "), Text("dynamic "),
          Text("protocol witness for ")}) {
      changed = take_prefix(function, prefix) || changed;
    }
    for (const Text prefix : {Text("closure #"), Text("implicit closure #")}) {
      const std::size_t in = function.find(" in ");
      if (!function.starts_with(prefix) || in == Text::npos) continue;
      function = function.substr(in + 4);
      changed = true;
    }
  }
  return function;
}

Text javascript_function(Text function) {
  for (const Text prefix :
       {Text("async "), Text("Object."), Text("Module."), Text("exports."), Text("Function.")}) {
    static_cast<void>(take_prefix(function, prefix));
  }
  while (function.ends_with("/<") || function.ends_with('<')) {
    function.remove_suffix(function.ends_with("/<") ? 2 : 1);
  }
  return function.ends_with("<anonymous>") ? Text() : function;
}

// --- paths -------------------------------------------------------------------------------------

bool is_version(Text text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  return !text.empty() && is_digit(text.front()) && text.find('.') != Text::npos &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

bool is_hash(Text text) {
  constexpr std::size_t shortest = 6;
  return text.size() >= shortest && kind_of_atom(text) == AtomKind::value;
}

// "main.3f2a9c1b.js" to "main.js", "rack-2.2.4/lib" to "rack/lib", "shop@v1.2.3" to "shop".
std::string stable_path(Text path) {
  std::string stable;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= path.size(); ++i) {
    const bool separates = i == path.size() || Text("/.-@_").find(path[i]) != Text::npos;
    if (!separates) continue;
    // A version goes on behind its dots.
    std::size_t end = i;
    const char before = begin > 0 ? path[begin - 1] : '/';
    if (before == '-' || before == '@') {
      while (end < path.size() && (is_digit(path[end]) || path[end] == '.')) ++end;
    }
    if (end > i && (end == path.size() || path[end] == '/') &&
        is_version(path.substr(begin, end - begin))) {
      stable.pop_back();
      i = end;
    } else if (begin > 0 && is_hash(path.substr(begin, i - begin)) && !stable.empty()) {
      stable.pop_back();
    } else {
      stable += path.substr(begin, i - begin);
    }
    if (i < path.size()) stable += path[i];
    begin = i + 1;
  }
  return stable;
}

}  // namespace

CodeName stable_name(const StackFrame& frame, Language language) {
  switch (language) {
    case Language::cpp: {
      std::string function = cpp_function(frame.function);
      return {function.empty() ? stable_path(frame.module) : std::string(), std::move(function)};
    }
    case Language::rust:
      return {"", rust_function(frame.function)};
    case Language::go:
      return {frame.module, std::string(go_function(frame.function))};
    case Language::java:
      return jvm_name(frame.module, frame.function);
    case Language::dotnet:
      return dotnet_name(frame.module, frame.function);
    case Language::ruby:
      return {stable_path(frame.module), std::string(ruby_function(frame.function))};
    case Language::php:
      return php_name(frame.module, frame.function);
    case Language::swift:
      return {frame.module, std::string(swift_function(frame.function))};
    case Language::javascript:
      return {stable_path(frame.module), std::string(javascript_function(frame.function))};
    case Language::python:
      return {stable_path(frame.module), frame.function};
    case Language::unknown:
      return {stable_path(frame.module), message_template_v2(frame.function)};
  }
  return {frame.module, frame.function};
}

std::string demangle(Text symbol) {
  Text rest = symbol;
  static_cast<void>(take_prefix(rest, "_Z"));
  // Code inside of a function is named after it: "_ZZN4shop3runEvENKUlvE_clEv".
  while (take_prefix(rest, "Z")) {
  }
  static_cast<void>(take_prefix(rest, "N"));
  while (!rest.empty() && Text("KVrRO").find(rest.front()) != Text::npos) rest.remove_prefix(1);
  std::string name;
  if (take_prefix(rest, "St")) name = "std";
  while (!rest.empty() && is_digit(rest.front())) {
    std::size_t length = 0;
    while (!rest.empty() && is_digit(rest.front()) && length < rest.size()) {
      length = 10 * length + static_cast<std::size_t>(rest.front() - '0');
      rest.remove_prefix(1);
    }
    if (length == 0 || length > rest.size()) return std::string(symbol);
    const Text part = rest.substr(0, length);
    rest.remove_prefix(length);
    if (is_rust_hash(part)) continue;
    if (!name.empty()) name += "::";
    name += part == "_GLOBAL__N_1" ? Text("{anonymous}") : part;
  }
  return name.empty() || name == "std" ? std::string(symbol) : name;
}

}  // namespace rounds::v2
