// Errors in HTTP answers: RFC 9457 problem details, and their way back to an Error.
//
// A problem is {"type": "about:blank", "title", "status", "detail"}; one that comes from the store
// or the domain also has "code", the name of its ErrorCode. Pure: usable from any thread.
#pragma once

#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

#include "core/error.hpp"

namespace rounds::api {

inline constexpr std::string_view problem_content_type = "application/problem+json";

// The HTTP status that tells a client what `code` does.
[[nodiscard]] unsigned http_status(ErrorCode code);

// The problem of an HTTP request itself (a wrong method, an unknown path).
[[nodiscard]] boost::json::object problem_to_json(unsigned status, std::string_view detail);

// The problem of an error of ours; its status is http_status(error.code).
[[nodiscard]] boost::json::object problem_to_json(const Error& error);

// What an answer with an error status means: the code and detail of its problem details, or, if
// `body` is something else (a proxy's page), the code nearest to `status` and a sentence naming it.
[[nodiscard]] Error error_from_problem(unsigned status, std::string_view body);

}  // namespace rounds::api
