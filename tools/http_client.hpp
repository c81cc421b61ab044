// A small HTTP/1.1 client: one request, one connection, one answer, with limits on time and size;
// with TLS for https.
//
// Blocks its caller. Belongs to one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ssl/context.hpp>

#include "core/error.hpp"

namespace rounds::tools {

inline constexpr std::chrono::milliseconds http_connect_timeout{10'000};

// From the request to the end of the answer: a daemon may have to commit a large batch first.
inline constexpr std::chrono::milliseconds http_exchange_timeout{120'000};

// The largest page (limits::max_page_size) of signatures that all have a large diagnosis.
inline constexpr std::size_t max_answer_bytes = 512U * 1024 * 1024;

struct HttpRequest {
  bool post = false;  // otherwise GET
  std::string target;
  std::string_view content_type;  // empty: no body
  std::string_view body;
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

// What client and server show each other.
struct ServerCredentials {
  std::string token;    // sent with each request; empty: none
  std::string ca_file;  // PEM file of who vouches for the server; empty: those that the system has
};

class HttpClient {
 public:
  // Takes the address of a server: "http://host:port" (port 80 if it is left out) or
  // "https://host:port" (443). Connects to nothing yet. Errors: invalid_argument for any other
  // text, and for a ca_file that is none.
  [[nodiscard]] static Result<HttpClient> open(std::string_view url,
                                               ServerCredentials credentials = {});

  // Any answer is a success, whatever its status. Errors: unavailable names the server and what
  // kept it from answering, also a certificate that nobody known vouches for; too_large.
  [[nodiscard]] Result<HttpAnswer> send(
      const HttpRequest& request,
      std::chrono::milliseconds exchange_timeout = http_exchange_timeout) const;

 private:
  HttpClient(std::string host, std::string port, ServerCredentials credentials);

  [[nodiscard]] std::string url() const;

  std::string host_;
  std::string port_;
  ServerCredentials credentials_;
  std::shared_ptr<boost::asio::ssl::context> tls_;  // null: plain HTTP
};

// `text` as one segment of a path or one value of a query.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace rounds::tools
