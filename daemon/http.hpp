// Requests and answers as handlers see them, and how answers are made.
//
// A handler is a coroutine from a Request to a Response. It runs on the strand of its connection
// and must not block. Values: each belongs to one connection.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "daemon/memory_budget.hpp"
#include "ingest/content_encoding.hpp"

namespace rounds::daemon {

namespace http = boost::beast::http;

struct Request {
  std::vector<std::string> path_parameters;  // decoded, in the order of the route's pattern
  std::map<std::string, std::string, std::less<>> query;  // decoded; without empty values
  std::string content_type;   // the media type in lower case without parameters; empty if none
  std::string accept;         // the field as sent; empty if none
  std::string last_event_id;  // likewise
  std::string sentry_auth;    // X-Sentry-Auth, likewise
  ContentEncoding encoding = ContentEncoding::identity;  // of the body
  std::string body;
  MemoryReservation memory;  // for the body; handlers grow it when they expand the body
  MemoryShare memory_share = MemoryShare::whole;  // of what there is for all bodies
};

// The body of an answer that is made while it is sent, for as long as it takes. Used on the strand
// of its connection.
class BodyStream {
 public:
  BodyStream() = default;
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;
  virtual ~BodyStream() = default;

  // The next piece, never an empty one; none at the end. May wait for it as long as it likes.
  [[nodiscard]] virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;

  // Has next() come to the end soon, also one under way; before it, the client is told why.
  virtual void end(const Error& why) = 0;
};

struct Response : http::response<http::string_body> {
  std::unique_ptr<BodyStream> stream;  // sent in place of the body, if there is one
};

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

// What a log line shows of a text from a client: enough to recognise it.
inline constexpr std::size_t max_logged_bytes = 256;

// The same for our own messages, which may quote such texts and go on with what to do.
inline constexpr std::size_t max_logged_message_bytes = 4096;

// The present time as the field Date has it (RFC 9110, 5.6.7).
[[nodiscard]] std::string http_date();

// `text` for a log line: control characters, quotes and everything that is not ASCII are escaped,
// so that no client can forge lines or colour a terminal; texts over `max_bytes` are cut.
[[nodiscard]] std::string loggable(std::string_view text, std::size_t max_bytes = max_logged_bytes);

}  // namespace rounds::daemon
