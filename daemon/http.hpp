// Requests and answers as handlers see them, and how answers are made.
//
// A handler is a coroutine from a Request to a Response. It runs on the strand of its connection
// and must not block. Values: each belongs to one connection.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "daemon/memory_budget.hpp"

namespace rounds::daemon {

namespace http = boost::beast::http;

struct Request {
  std::vector<std::string> path_parameters;  // decoded, in the order of the route's pattern
  std::map<std::string, std::string, std::less<>> query;  // decoded; without empty values
  std::string content_type;  // the media type in lower case without parameters; empty if none
  bool gzip = false;         // the body is compressed
  std::string body;
  MemoryReservation memory;  // for the body; handlers grow it when they expand the body
};

using Response = http::response<http::string_body>;
using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

// The media type of a Content-Type field: lower case, without parameters and spaces.
[[nodiscard]] std::string media_type(std::string_view content_type);

// A 200 answer with `body`.
[[nodiscard]] Response ok(std::string body, std::string_view content_type);
[[nodiscard]] Response ok_json(const boost::json::value& value);

// Problem details (api/problem.hpp). Those with 429 and 503 carry Retry-After.
[[nodiscard]] Response problem(unsigned status, std::string_view detail);
[[nodiscard]] Response problem(const Error& error);

// An answer of any status; 429 and 503 get Retry-After.
[[nodiscard]] Response make_response(unsigned status, std::string body,
                                     std::string_view content_type);

// `text` for a log line: control characters, quotes and everything that is not ASCII are escaped,
// so that no client can forge lines or colour a terminal; long texts are cut.
[[nodiscard]] std::string loggable(std::string_view text);

}  // namespace rounds::daemon
