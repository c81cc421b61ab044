// Which handler answers a request, decided from its header alone, before the body is read.
//
// Routes are added once at the start; afterwards admit() may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/verb.hpp>

#include "daemon/access.hpp"
#include "daemon/http.hpp"
#include "daemon/metrics.hpp"

namespace rounds::daemon {

using RequestHeader = http::header<true, http::fields>;

// What bodies a route takes.
struct BodyRules {
  std::vector<std::string_view> content_types;  // none: the route takes no body
  bool content_type_required = false;      // even without a body, because the answer depends on it
  bool any_content_type = false;           // in place of those
  std::vector<ContentEncoding> encodings;  // besides none
  std::size_t max_bytes = 0;               // as sent
};

// Makes the answer for an error found before the handler runs, in the form that the clients of the
// route understand. `content_type` is the media type of the request.
using ErrorAnswer = Response (*)(std::string_view content_type, unsigned status,
                                 std::string_view detail);

// ErrorAnswer of problem details.
[[nodiscard]] Response problem_answer(std::string_view content_type, unsigned status,
                                      std::string_view detail);

// Looks at a request before its body is read: refuses it with an answer, or lets it go on.
using Gate = std::function<std::optional<Response>(Request& request)>;

struct Route {
  http::verb method = http::verb::get;  // a route for GET answers HEAD as well
  // Segments in braces match any one segment: "/api/v1/signatures/{id}/history".
  std::string_view pattern;
  Handler handler;
  Access access = Access::admin;
  BodyRules body;
  Gate gate;  // null: all that have access
  ErrorAnswer error_answer = problem_answer;
  unsigned no_memory_status = 503;  // where there is none for a body
};

// A request that may go on: its body is read into `request` and then handler called.
struct Admitted {
  const Route* route = nullptr;     // never null
  RouteCounter* counter = nullptr;  // never null
  Request request;                  // without its body
};

// A request that ends here.
struct Rejected {
  RouteCounter* counter = nullptr;  // never null
  Response response;
};

// What keeps requests out.
struct Guards {
  const AccessControl* access = nullptr;  // null: nobody needs a token

  // Refuse requests for another host than this machine, and those of other sites' pages: without
  // tokens, any page that a user of this machine looks at could send some.
  bool local_only = false;
};

class Router {
 public:
  // `metrics` and what `guards` names must outlive the router.
  explicit Router(Metrics& metrics, Guards guards = {});

  // Adds a route. Call before any other thread uses the router.
  void add(Route route);

  // Finds the route of a request. `has_body` tells whether one follows. Rejected with 431 for too
  // many fields, 414 for a long and 400 for a malformed target, 421 for another host and 403 for a
  // page of another site (Guards::local_only), 404 for an unknown path, 405 (with Allow) for
  // another method than the path has, 401 without the token that the route asks for, 415 for a
  // content type or encoding that the route does not take.
  [[nodiscard]] std::variant<Admitted, Rejected> admit(const RequestHeader& header,
                                                       bool has_body) const;

  // All routes as method and pattern, "GET /api/v1/signatures/{id}".
  [[nodiscard]] std::vector<std::string> routes() const;

  // The counter of requests that belong to no route.
  [[nodiscard]] RouteCounter& other_requests() const { return other_; }

 private:
  struct Entry {
    Route route;
    std::vector<std::string_view> segments;  // of the pattern
    RouteCounter& counter;
  };
  struct Target;

  [[nodiscard]] Rejected reject(unsigned status, std::string_view detail) const;
  [[nodiscard]] std::optional<Rejected> guard(const RequestHeader& header) const;
  [[nodiscard]] Rejected method_not_allowed(const RequestHeader& header,
                                            const std::vector<const Entry*>& entries) const;

  Metrics& metrics_;
  const Guards guards_;
  RouteCounter& other_;
  std::deque<Entry> entries_;  // admitted requests point into it
};

}  // namespace rounds::daemon
