// What a Sentry event says about its own identity: internal to the Sentry decoders.
//
// Pure: usable from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/occurrence.hpp"

namespace rounds::sentry {

// The member `fingerprint` of `event` for Occurrence::fingerprint_parts. Variables are filled in:
// {{ default }} stays; {{ type }}, {{ error.type }}, {{ message }}, {{ error.value }} (without its
// variable parts), {{ function }}, {{ module }} (of the newest frame of the application, else the
// newest), {{ level }}, {{ logger }} and {{ transaction }}; others stay as they are. `occurrence`
// has all but its parts.
[[nodiscard]] std::vector<std::string> read_fingerprint(const boost::json::object& event,
                                                        const Occurrence& occurrence);

// `message` with each of its printf marks (%s, %d, %(name)s) or {} marks replaced by the next of
// `params`, or the named one; marks without a value stay. Cut to limits::max_message_bytes.
[[nodiscard]] std::string format_message(std::string_view message,
                                         const boost::json::value& params);

}  // namespace rounds::sentry
