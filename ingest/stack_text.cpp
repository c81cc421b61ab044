// What the parsers of stack traces share.
#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "core/limits.hpp"
#include "core/utf8.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view blanks = " \t";

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
         part == "gems" || is_python_folder(part);
}

// "https://host/a/b" to "/a/b": the host says where a file was fetched, not which one it is.
std::string_view without_host(std::string_view path) {
  constexpr std::string_view mark = "://";
  const std::size_t scheme_end = path.find(mark);
  if (scheme_end == std::string_view::npos) return path;
  const std::size_t host_end = path.find('/', scheme_end + mark.size());
  return host_end == std::string_view::npos ? path : path.substr(host_end);
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
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

std::string_view file_name_of(std::string_view path) {
  return take_last_part(path);
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return truncate_utf8(line, max_stack_line_bytes);
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string_view take_digits(std::string_view& text) {
  const std::string_view taken = text.substr(0, text.find_first_not_of(digits));
  text.remove_prefix(taken.size());
  return taken;
}

bool take_address(std::string_view& text) {
  if (!text.starts_with("0x")) return false;
  const std::size_t end =
      std::min(text.find_first_not_of("0123456789abcdefABCDEF", 2), text.size());
  if (end == 2) return false;
  text.remove_prefix(end);
  return true;
}

std::optional<std::uint32_t> take_line_from_end(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = parse_line_number(text.substr(colon + 1));
  if (number) text.remove_suffix(text.size() - colon);
  return number;
}

std::string_view trim(std::string_view text) {
  text.remove_prefix(indent_of(text));
  const std::size_t last = text.find_last_not_of(blanks);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::size_t indent_of(std::string_view text) {
  return std::min(text.find_first_not_of(blanks), text.size());
}

std::optional<std::uint32_t> parse_line_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = result.ptr == text.data() + text.size();
  if (result.ec != std::errc{} || !whole) return std::nullopt;
  return number;
}

std::size_t find_opening(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = text.size(); i-- > 0;) {
    if (text[i] == ')') ++depth;
    if (text[i] != '(') continue;
    if (depth == 0) break;
    if (--depth == 0) return i;
  }
  return std::string_view::npos;
}

bool is_type_name(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return false;
  return std::ranges::all_of(text, [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') ||
           std::string_view(".:\\`<>+-@").find(c) != std::string_view::npos;
  });
}

ErrorLine parse_error_line(std::string_view line) {
  line = trim(line);
  const std::size_t colon = line.find(": ");
  std::string_view type = line.substr(0, colon);
  if (type.ends_with(':')) type.remove_suffix(1);
  if (!is_type_name(type)) return {{}, line};
  return {type, colon == std::string_view::npos ? std::string_view() : line.substr(colon + 2)};
}

void add_frame(std::vector<StackFrame>& frames, StackFrame frame) {
  if (frames.size() < limits::max_frames) frames.push_back(std::move(frame));
}

ErrorCause* add_cause(StackTrace& trace, const ErrorLine& error) {
  if (trace.causes.size() >= limits::max_causes) return nullptr;
  return &trace.causes.emplace_back(
      ErrorCause{std::string(error.type), std::string(error.message), {}});
}

}  // namespace rounds::stack
