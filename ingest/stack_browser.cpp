// error.stack of Firefox ("function@https://host/file.js:line:column") and Safari, which has no
// column in old versions and calls its own code "[native code]". Newest frame first, no header.
#include <optional>
#include <string>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

// Firefox marks what waited: "async*load@...", "setTimeout handler*load@...".
std::string_view without_async_mark(std::string_view function) {
  const std::size_t star = function.rfind('*');
  return star == std::string_view::npos ? function : function.substr(star + 1);
}

bool is_path(std::string_view text) {
  return text.find("://") != std::string_view::npos || text.find('/') != std::string_view::npos ||
         text.find('.') != std::string_view::npos || text.find(':') != std::string_view::npos;
}

std::optional<StackFrame> parse_frame(std::string_view line) {
  // A function's name has no '@'; a path may.
  const std::size_t at = line.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view function = without_async_mark(line.substr(0, at));
  std::string_view place = line.substr(at + 1);
  if (place == "[native code]") return StackFrame{"", std::string(function), "", 0};
  // "file.js line 12 > eval:1:2": the file is what stands before.
  const std::size_t eval = place.find(" line ");
  std::optional<std::uint32_t> number;
  if (eval != std::string_view::npos) {
    std::string_view rest = place.substr(eval + 6);
    number = parse_line_number(take_digits(rest));
    place = place.substr(0, eval);
  } else {
    number = take_line_from_end(place);
    // With a column behind the line, what was read first is the column.
    if (const auto line_number = take_line_from_end(place)) number = line_number;
  }
  place = place.substr(0, place.find_first_of("?#"));
  if (!number || !is_path(place) || function.find(' ') != std::string_view::npos) {
    const bool named =
        function == "global code" || function == "module code" || function == "eval code";
    if (!named || !number) return std::nullopt;
  }
  return StackFrame{module_of_path(place), std::string(function), std::string(place), *number};
}

}  // namespace

StackTrace parse_browser(std::string_view text) {
  StackTrace trace{Language::javascript, FrameOrder::newest_first, {}, {}, {}, {}};
  while (!text.empty() && trace.frames.size() < limits::max_frames) {
    auto frame = parse_frame(trim(take_line(text)));
    if (frame) {
      trace.frames.push_back(std::move(*frame));
    } else if (!trace.frames.empty()) {
      break;
    }
  }
  return trace;
}

}  // namespace rounds::stack
