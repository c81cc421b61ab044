#include "api/json_text.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <fmt/format.h>

#include "core/utf8.hpp"

namespace rounds::api {
namespace {

constexpr char32_t replacement_character = 0xFFFD;

}  // namespace

Result<boost::json::value> parse_json(std::string_view text, std::string_view what) {
  boost::json::parse_options options;
  options.max_depth = max_json_depth;
  boost::json::stream_parser parser({}, options);
  boost::json::error_code error;
  const std::size_t consumed = parser.write_some(text.data(), text.size(), error);
  const bool all_consumed = consumed == text.size();
  if (!error && all_consumed) parser.finish(error);
  if (!error && all_consumed) return parser.release();
  const std::string reason = error ? error.message() : "something follows the JSON document";
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} is not valid JSON: {} (at byte {})", what, reason, consumed));
}

std::string to_text(const boost::json::value& value) {
  return boost::json::serialize(value);
}

boost::json::string json_string(std::string_view text) {
  if (is_ascii(text)) return boost::json::string(text);
  std::u32string characters = decode_utf8(text);
  std::ranges::replace_if(
      characters, [](char32_t character) { return character >= bad_byte_base; },
      replacement_character);
  return boost::json::string(encode_utf8(characters));
}

boost::json::value json_string_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return json_string(text);
}

boost::json::array json_strings(const std::vector<std::string>& texts) {
  boost::json::array array;
  array.reserve(texts.size());
  for (const std::string& text : texts) array.emplace_back(json_string(text));
  return array;
}

boost::json::string json_time(Timestamp time) {
  return json_string(to_rfc3339(time));
}

}  // namespace rounds::api
