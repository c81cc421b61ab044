#include "ingest/jsonl.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "core/limits.hpp"
#include "core/time.hpp"
#include "core/utf8.hpp"
#include "ingest/clean_text.hpp"
#include "ingest/json_access.hpp"

namespace rounds {
namespace {

namespace json = boost::json;
using json_access::IntegerForm;
using json_access::Path;

// Ours nest three levels; attributes are free and may nest more.
constexpr std::size_t max_json_depth = 64;

// The names of OpenTelemetry's ranges, which stand for the first number of each, and their
// spellings in common logging libraries.
constexpr std::array<std::pair<std::string_view, SeverityNumber>, 9> severity_names{
    {{"trace", 1},
     {"debug", 5},
     {"info", 9},
     {"warn", 13},
     {"warning", 13},
     {"error", severity_error},
     {"exception", severity_error},
     {"critical", severity_fatal},
     {"fatal", severity_fatal}}};

std::string lower_case_ascii(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

Result<std::string_view> required_text(const json::object& object, std::string_view key,
                                       const Path& path) {
  if (json_access::find_member(object, key) == nullptr) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} is missing", Path(path, key).to_string()));
  }
  return json_access::text_member(object, key, path);
}

// Reads a text of at most `max_bytes` into `out`.
Result<void> read_required(const json::object& object, std::string_view key, std::size_t max_bytes,
                           std::string& out) {
  const auto text = required_text(object, key, Path());
  if (!text) return std::unexpected(text.error());
  out = clean_text(*text, max_bytes);
  return {};
}

Result<void> read_timestamp(const json::object& object, Timestamp& out) {
  const auto text = required_text(object, "timestamp", Path());
  if (!text) return std::unexpected(text.error());
  const auto time = parse_rfc3339(*text);
  if (!time) return std::unexpected(time.error().with_context("timestamp"));
  out = *time;
  return {};
}

template <typename Id>
Result<void> read_id(const json::object& object, std::string_view key, Id& out) {
  const auto text = json_access::text_member(object, key, Path());
  if (!text) return std::unexpected(text.error());
  if (text->empty() || parse_hex(*text, out.bytes)) return {};
  return fail(ErrorCode::invalid_argument, fmt::format("{} must have {} hex digits, not be \"{}\"",
                                                       key, 2 * out.bytes.size(), excerpt(*text)));
}

Result<void> read_severity(const json::object& object, SeverityNumber& out) {
  const json::value* member = json_access::find_member(object, "severity");
  if (member == nullptr) return {};
  if (const auto number = json_access::read_unsigned(*member, IntegerForm::number);
      number && *number <= max_severity) {
    out = static_cast<SeverityNumber>(*number);
    return {};
  }
  if (const auto* text = member->if_string()) {
    const std::string name = lower_case_ascii(*text);
    for (const auto& [known, number] : severity_names) {
      if (name == known) {
        out = number;
        return {};
      }
    }
  }
  return fail(ErrorCode::invalid_argument,
              "severity must be a number from 0 to 24, or one of trace, debug, info, warn, error "
              "and fatal");
}

Result<void> read_frame_text(const json::object& frame, std::string_view key, const Path& path,
                             std::string& out) {
  const auto text = json_access::text_member(frame, key, path);
  if (!text) return std::unexpected(text.error());
  out = *text;
  return {};
}

Result<void> read_frame(const json::object& object, const Path& path, StackFrame& frame) {
  if (auto read = read_frame_text(object, "module", path, frame.module); !read) return read;
  if (auto read = read_frame_text(object, "function", path, frame.function); !read) return read;
  if (auto read = read_frame_text(object, "filename", path, frame.filename); !read) return read;
  const json::value* member = json_access::find_member(object, "lineno");
  if (member == nullptr) return {};
  const auto line = json_access::read_unsigned(*member, IntegerForm::number);
  if (!line || !std::in_range<std::uint32_t>(*line)) {
    return json_access::wrong_type(Path(path, "lineno"), "a line number", *member);
  }
  frame.line = static_cast<std::uint32_t>(*line);
  return {};
}

Result<void> read_frames(const json::object& object, std::vector<StackFrame>& frames) {
  return json_access::for_each_object(
      object, "stack_frames", Path(),
      [&frames](const json::object& item, const Path& path) -> Result<void> {
        StackFrame frame;
        if (auto read = read_frame(item, path, frame); !read) return read;
        if (frames.size() < limits::max_frames) frames.push_back(std::move(frame));
        return {};
      });
}

Result<void> read_names(const json::object& object, Occurrence& occurrence) {
  if (auto read = read_required(object, "service", limits::max_name_bytes, occurrence.service);
      !read) {
    return read;
  }
  if (occurrence.service.empty()) {
    return fail(ErrorCode::invalid_argument,
                "service is empty; use \"unknown_service\" when it is not known");
  }
  if (auto read =
          read_required(object, "error_type", limits::max_name_bytes, occurrence.error_type);
      !read) {
    return read;
  }
  return read_required(object, "error_message", limits::max_message_bytes, occurrence.message);
}

}  // namespace

Result<Occurrence> decode_json_line(std::string_view line) {
  const auto document = json_access::parse_document(line, max_json_depth);
  if (!document) return std::unexpected(document.error());
  const auto root = json_access::as_object(*document, Path());
  if (!root) return std::unexpected(root.error());
  const json::object& object = **root;
  Occurrence occurrence;
  if (auto read = read_names(object, occurrence); !read) return std::unexpected(read.error());
  if (auto read = read_timestamp(object, occurrence.time); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_frames(object, occurrence.frames); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_severity(object, occurrence.severity); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_id(object, "trace_id", occurrence.trace_id); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_id(object, "span_id", occurrence.span_id); !read) {
    return std::unexpected(read.error());
  }
  return occurrence;
}

}  // namespace rounds
