// Reading the JSON that Sentry SDKs write, leniently: internal to the Sentry decoders.
//
// These SDKs do not send again what was refused, so a member of the wrong type counts as absent
// and costs no event. All texts that come out are valid UTF-8. Pure: usable from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include "core/error.hpp"

namespace rounds::sentry {

// How deep a document may nest. SDKs cut what users attach at ten levels or so, but let that be
// changed; the parser needs some hundred bytes of stack for each.
inline constexpr std::size_t max_json_depth = 256;

// Parses one JSON document; the value lives in `storage`. Bytes that are not UTF-8, and escapes of
// half a surrogate pair, which JavaScript writes of texts that it has cut, become U+FFFD. Errors:
// invalid_argument says what is wrong and at which byte.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text,
                                                    boost::json::storage_ptr storage);

// The text of `value` cut to `max_bytes`: strings as they are, null as nothing, all else as JSON.
[[nodiscard]] std::string text_of(const boost::json::value& value, std::size_t max_bytes);

// The member `key`; null, or an empty text, if it is absent or of another type.
[[nodiscard]] const boost::json::object* object_in(const boost::json::object& owner,
                                                   std::string_view key);
[[nodiscard]] const boost::json::array* array_in(const boost::json::object& owner,
                                                 std::string_view key);
[[nodiscard]] std::string_view string_in(const boost::json::object& owner, std::string_view key);
[[nodiscard]] std::optional<std::int64_t> integer_in(const boost::json::object& owner,
                                                     std::string_view key);
[[nodiscard]] std::optional<bool> bool_in(const boost::json::object& owner, std::string_view key);

// The member `key` as text_of() gives it; empty if it is absent.
[[nodiscard]] std::string text_in(const boost::json::object& owner, std::string_view key,
                                  std::size_t max_bytes = std::numeric_limits<std::size_t>::max());

// The objects that the member `key` lists, the last `max_count` of them: it is a list, or
// {"values": list}, or one object alone.
[[nodiscard]] std::vector<const boost::json::object*> values_in(const boost::json::object& owner,
                                                                std::string_view key,
                                                                std::size_t max_count);

}  // namespace rounds::sentry
