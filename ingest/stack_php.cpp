// PHP's Throwable::__toString() and getTraceAsString(), newest frame first:
//
//   PDOException: no such table in /srv/app/src/Db.php:12
//   Stack trace:
//   #0 /srv/app/src/Pay.php(20): Acme\Db->query('SELECT ...')
//   #1 [internal function]: {closure}(Array)
//   #2 {main}
//
//   Next RuntimeException: cannot charge in /srv/app/src/Pay.php:22
//   Stack trace:
//   ...
//
// The error that was raised last comes last, behind the ones that led to it. A line names the place
// of a call and the function that was called there; where that function itself was, the line before
// it says, or the header. Frames here have their own place, as in other languages.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::stack {
namespace {

// Reads "Acme\Pay->charge('x', Array)". A closure of PHP 8.4 has parentheses in its name.
void read_function(std::string_view call, StackFrame& frame) {
  const std::size_t closure = call.substr(0, call.find('(')).find("{closure");
  const std::size_t name_end = closure == std::string_view::npos ? 0 : call.find('}', closure);
  const std::size_t open = name_end == std::string_view::npos ? name_end : call.find('(', name_end);
  const std::string_view name = call.substr(0, open);
  const std::string_view owner = name.substr(0, closure);
  std::size_t separator = owner.find("->");
  if (separator == std::string_view::npos) separator = owner.find("::");
  if (separator == std::string_view::npos) {
    frame.function = name;
    return;
  }
  frame.module = name.substr(0, separator);
  frame.function = name.substr(separator + 2);
}

struct Place {
  std::string_view file;  // empty: inside of PHP itself
  std::uint32_t line = 0;
};

struct Call {
  Place place;
  std::string_view function;
};

// Reads a line behind its "#0 ".
std::optional<Call> parse_call(std::string_view text) {
  constexpr std::string_view internal = "[internal function]: ";
  if (text == "{main}" || take_prefix(text, internal)) return Call{{}, text};
  const std::size_t place_end = text.find("): ");
  if (place_end == std::string_view::npos) return std::nullopt;
  const std::size_t open = text.rfind('(', place_end);
  if (open == std::string_view::npos) return std::nullopt;
  const auto line = parse_line_number(text.substr(open + 1, place_end - open - 1));
  if (!line) return std::nullopt;
  return Call{{text.substr(0, open), *line}, text.substr(place_end + 3)};
}

struct Header {
  ErrorLine error;
  Place place;
};

// "Uncaught RuntimeException: message in /srv/app/Pay.php:22".
Header parse_header(std::string_view line) {
  static_cast<void>(take_prefix(line, "PHP "));
  if (take_prefix(line, "Fatal error: ")) line = trim(line);
  static_cast<void>(take_prefix(line, "Uncaught "));
  Header header{parse_error_line(line), {}};
  std::string_view& message = header.error.message;
  const std::size_t in = message.rfind(" in ");
  if (in == std::string_view::npos) return header;
  header.place.file = message.substr(in + 4);
  header.place.line = take_line_from_end(header.place.file).value_or(0);
  message = message.substr(0, in);
  return header;
}

class StackReader {
 public:
  void read_line(std::string_view line) {
    std::string_view content = trim(line);
    if (take_prefix(content, "Next ")) {
      begin_error(parse_header(content));
    } else if (content.starts_with('#')) {
      content.remove_prefix(1);
      if (take_digits(content).empty() || !take_prefix(content, " ")) return;
      if (const auto call = parse_call(content)) add_call(*call);
    } else if (!has_header_ && !content.empty()) {
      has_header_ = true;
      begin(parse_header(content));
    }
  }

  [[nodiscard]] StackTrace take_trace() {
    StackTrace trace{Language::php, FrameOrder::newest_first, {}, {}, {}, {}};
    trace.error_type = std::move(current_.error_type);
    trace.message = std::move(current_.message);
    trace.frames = std::move(current_.frames);
    std::ranges::reverse(causes_);
    trace.causes = std::move(causes_);
    return trace;
  }

 private:
  void add_call(const Call& call) {
    StackFrame frame;
    frame.filename = place_.file;
    frame.line = place_.line;
    read_function(call.function, frame);
    if (frame.module.empty() && call.function != "{main}") {
      frame.module = module_of_path(frame.filename);
    }
    add_frame(current_.frames, std::move(frame));
    place_ = call.place;
  }

  void begin(const Header& header) {
    current_ = {std::string(header.error.type), std::string(header.error.message), {}};
    place_ = header.place;
  }

  void begin_error(const Header& header) {
    // "Next" may begin a line of a message, too; only behind frames it is what PHP prints.
    if (current_.frames.empty()) return;
    if (causes_.size() == limits::max_causes) causes_.erase(causes_.begin());
    causes_.push_back(std::move(current_));
    begin(header);
  }

  Place place_;  // of the function that the next line names
  bool has_header_ = false;
  ErrorCause current_;
  std::vector<ErrorCause> causes_;  // the nearest last
};

}  // namespace

StackTrace parse_php(std::string_view text) {
  StackReader reader;
  while (!text.empty()) reader.read_line(take_line(text));
  return reader.take_trace();
}

}  // namespace rounds::stack
