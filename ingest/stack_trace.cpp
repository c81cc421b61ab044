#include "ingest/stack_trace.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "ingest/stack_parsers.hpp"

namespace rounds {
namespace stack {
namespace {

bool is_separator(char c) {
  return c == '/' || c == '\\';
}

// Removes the last part of `path` with its separators and returns it.
std::string_view take_last_part(std::string_view& path) {
  while (!path.empty() && is_separator(path.back())) path.remove_suffix(1);
  std::size_t begin = path.size();
  while (begin > 0 && !is_separator(path[begin - 1])) --begin;
  const std::string_view part = path.substr(begin);
  path.remove_suffix(part.size());
  return part;
}

// "python3.11", "python3.13t": a folder of the standard library.
bool is_python_folder(std::string_view part) {
  if (!take_prefix(part, "python")) return false;
  return part.find('.') != std::string_view::npos &&
         part.find_first_not_of("0123456789.t") == std::string_view::npos;
}

bool is_library_folder(std::string_view part) {
  return part == "node_modules" || part == "site-packages" || part == "dist-packages" ||
         is_python_folder(part);
}

// "https://host/a/b" to "/a/b": the host says where a file was fetched, not which one it is.
std::string_view without_host(std::string_view path) {
  constexpr std::string_view mark = "://";
  const std::size_t scheme_end = path.find(mark);
  if (scheme_end == std::string_view::npos) return path;
  const std::size_t host_end = path.find('/', scheme_end + mark.size());
  return host_end == std::string_view::npos ? path : path.substr(host_end);
}

}  // namespace

std::string module_of_path(std::string_view path) {
  constexpr std::size_t parts_of_own_code = 2;
  if (path.starts_with('<') || path.starts_with("node:")) return std::string(path);
  const std::string_view whole = without_host(path);
  std::string_view rest = whole;
  std::size_t own_begin = 0;
  for (std::size_t parts = 0; !rest.empty(); ++parts) {
    const std::string_view part = take_last_part(rest);
    if (part.empty()) break;
    const std::size_t part_begin = rest.size();
    if (parts > 0 && is_library_folder(part)) {
      own_begin = part_begin + part.size() + 1;
      break;
    }
    if (parts < parts_of_own_code) own_begin = part_begin;
  }
  std::string module(whole.substr(own_begin));
  std::ranges::replace(module, '\\', '/');
  return module;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<std::uint32_t> parse_line_number(std::string_view digits) {
  std::uint32_t number = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = result.ptr == digits.data() + digits.size();
  if (result.ec != std::errc{} || !whole) return std::nullopt;
  return number;
}

}  // namespace stack

std::vector<StackFrame> parse_stack_trace(std::string_view text, std::string_view sdk_language) {
  if (sdk_language == "nodejs" || sdk_language == "webjs") return stack::parse_v8(text);
  if (sdk_language == "python") return stack::parse_python(text);
  if (!sdk_language.empty()) return {};
  // The shapes exclude each other: each parser takes nothing but frames of its own language.
  std::vector<StackFrame> frames = stack::parse_python(text);
  return frames.empty() ? stack::parse_v8(text) : frames;
}

}  // namespace rounds
