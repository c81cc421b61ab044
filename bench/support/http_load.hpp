// A generator of HTTP requests over keep-alive connections: as fast as answers come, or at a pace.
//
// One thread does everything, the one that calls; it copies nothing and makes no requests, so that
// the server has most of the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bench/support/timing.hpp"
#include "core/error.hpp"

namespace rounds::bench {

struct HttpLoad {
  std::uint16_t port = 0;  // of 127.0.0.1
  std::size_t connections = 1;
  std::uint64_t requests = 0;
  // Requests begin at this rate, whether earlier ones were answered or not, as long as there is a
  // connection without one; those that find none are late. None: each connection always has one.
  std::optional<double> requests_per_second;
  // What every answer must be.
  std::string expected_body;
};

struct HttpLoadResult {
  double seconds = 0;            // from the first request to the last answer
  double processor_seconds = 0;  // of the generator
  // From the time at which a request was to begin, which is before it was sent if it was late, to
  // its whole answer.
  Latencies latencies;
};

// The next request of a connection, head and body: valid and unchanged until the next call for the
// same connection, which comes after the answer.
using NextRequest = std::function<std::string_view(std::size_t connection)>;

// Sends load.requests of them. Errors: io_error for a connection that fails or closes, and for an
// answer that is not 200 with the expected body.
[[nodiscard]] Result<HttpLoadResult> run_http_load(const HttpLoad& load, const NextRequest& next);

// The body of the answer to GET `target`. Errors: as above, for any answer but 200.
[[nodiscard]] Result<std::string> http_get(std::uint16_t port, std::string_view target);

// An answer of a server that sends Content-Length.
struct HttpAnswer {
  std::string_view status;  // "200"
  std::string_view body;
};

// The answer at the front of `bytes`; none unless all of it is there.
[[nodiscard]] std::optional<HttpAnswer> parse_http_answer(std::string_view bytes);

}  // namespace rounds::bench
