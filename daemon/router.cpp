#include "daemon/router.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <boost/beast/http/field.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/utf8.hpp"
#include "daemon/limits.hpp"

namespace rounds::daemon {
namespace {

namespace urls = boost::urls;

std::vector<std::string_view> split_pattern(std::string_view pattern) {
  std::vector<std::string_view> segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // the slash
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    segments.push_back(pattern.substr(0, end));
    pattern.remove_prefix(end);
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

bool matches(const std::vector<std::string_view>& pattern, const std::vector<std::string>& path) {
  return std::ranges::equal(pattern, path, [](std::string_view expected, const std::string& found) {
    return is_parameter(expected) ? !found.empty() : expected == found;
  });
}

http::verb routed_method(http::verb method) {
  return method == http::verb::head ? http::verb::get : method;
}

}  // namespace

Response problem_answer(std::string_view, unsigned status, std::string_view detail) {
  return problem(status, detail);
}

// The target of a request, taken apart and percent-decoded.
struct Router::Target {
  std::vector<std::string> path;
  std::map<std::string, std::string, std::less<>> query;

  // None if `text` is neither a path nor a URL (RFC 9112, section 3.2), or repeats a parameter.
  static std::optional<Target> parse(std::string_view text) {
    const urls::string_view view(text.data(), text.size());
    const auto url =
        text.starts_with('/') ? urls::parse_origin_form(view) : urls::parse_absolute_uri(view);
    if (!url) return std::nullopt;
    Target target;
    for (const auto& segment : url->segments()) target.path.emplace_back(segment);
    for (const auto& parameter : url->params()) {
      if (parameter.value.empty()) continue;
      const bool fresh = target.query.emplace(parameter.key, parameter.value).second;
      if (!fresh) return std::nullopt;
    }
    return target;
  }
};

Router::Router(Metrics& metrics, Guards guards)
    : metrics_(metrics), guards_(guards), other_(metrics.add_route("other")) {}

void Router::add(Route route) {
  RouteCounter& counter = metrics_.add_route(route.pattern);
  auto segments = split_pattern(route.pattern);
  entries_.push_back(Entry{std::move(route), std::move(segments), counter});
}

std::vector<std::string> Router::routes() const {
  std::vector<std::string> routes;
  for (const Entry& entry : entries_) {
    const std::string_view method = http::to_string(entry.route.method);
    routes.push_back(fmt::format("{} {}", method, entry.route.pattern));
  }
  return routes;
}

Rejected Router::reject(unsigned status, std::string_view detail) const {
  return {&other_, problem(status, detail)};
}

Rejected Router::method_not_allowed(const RequestHeader& header,
                                    const std::vector<const Entry*>& entries) const {
  std::vector<std::string_view> allowed;
  for (const Entry* entry : entries) {
    allowed.push_back(http::to_string(entry->route.method));
    if (entry->route.method == http::verb::get) allowed.push_back("HEAD");
  }
  const std::string list = fmt::format("{}", fmt::join(allowed, ", "));
  const Entry& first = *entries.front();
  Rejected rejected{&first.counter, first.route.error_answer(
                                        media_type(header[http::field::content_type]), 405,
                                        fmt::format("this path takes {}; use that method", list))};
  rejected.response.set(http::field::allow, list);
  return rejected;
}

namespace {

// Why a route does not take the body that `header` announces; none if it does.
std::optional<std::string> unsupported_body(const BodyRules& rules, std::string_view content_type,
                                            std::string_view encoding, bool has_body) {
  if (!has_body && content_type.empty() && !rules.content_type_required) return std::nullopt;
  // Whatever it is, it is not read.
  if (rules.content_types.empty() && !rules.any_content_type) return std::nullopt;
  if (!rules.any_content_type &&
      std::ranges::find(rules.content_types, content_type) == rules.content_types.end()) {
    return fmt::format("the content type \"{}\" is not taken here; send {}", excerpt(content_type),
                       fmt::join(rules.content_types, " or "));
  }
  const auto known = content_encoding_of(encoding);
  if (!known || (*known != ContentEncoding::identity &&
                 std::ranges::find(rules.encodings, *known) == rules.encodings.end())) {
    std::string taken;
    for (const ContentEncoding each : rules.encodings) taken.append(to_string(each)) += " or ";
    return fmt::format("the content encoding \"{}\" is not taken here; send {}none",
                       excerpt(encoding), taken);
  }
  return std::nullopt;
}

}  // namespace

// What is wrong with the header whichever route it is for.
std::optional<Rejected> Router::guard(const RequestHeader& header) const {
  const auto fields = std::distance(header.begin(), header.end());
  if (fields > static_cast<std::ptrdiff_t>(max_header_fields)) {
    return reject(431, fmt::format("the request has {} header fields; send at most {}", fields,
                                   max_header_fields));
  }
  if (header.target().size() > max_target_bytes) {
    return reject(414, fmt::format("the request target has {} bytes; send at most {}",
                                   header.target().size(), max_target_bytes));
  }
  if (!guards_.local_only) return std::nullopt;
  const auto host = header.find(http::field::host);
  if (host != header.end() && !is_local_host(host->value())) {
    return reject(
        421, fmt::format(
                 "this daemon has no tokens and answers for localhost and addresses only, not for "
                 "\"{}\"; use its IP address, or start it with --admin-token-file",
                 excerpt(host->value())));
  }
  const auto origin = header.find(http::field::origin);
  if (origin != header.end() && !is_local_origin(origin->value())) {
    return reject(403,
                  "this daemon has no tokens and takes nothing from pages of other sites; start "
                  "it with --admin-token-file");
  }
  return std::nullopt;
}

namespace {

// A refusal that says which token is missing.
Rejected unauthorized(const Route& route, RouteCounter& counter, std::string_view content_type) {
  const std::string_view detail =
      route.access == Access::ingest
          ? "this needs an ingest token: send Authorization: Bearer TOKEN, with a token of the "
            "daemon's --ingest-token-file or --admin-token-file"
          : "this needs an admin token: send Authorization: Bearer TOKEN, with a token of the "
            "daemon's --admin-token-file";
  Rejected rejected{&counter, route.error_answer(content_type, 401, detail)};
  rejected.response.set(http::field::www_authenticate, challenge(route.access));
  return rejected;
}

}  // namespace

std::variant<Admitted, Rejected> Router::admit(const RequestHeader& header, bool has_body) const {
  if (auto refused = guard(header)) return *std::move(refused);
  auto target = Target::parse(header.target());
  if (!target) return reject(400, "the request target is not a well-formed path and query");
  std::vector<const Entry*> entries;
  for (const Entry& entry : entries_) {
    if (matches(entry.segments, target->path)) entries.push_back(&entry);
  }
  if (entries.empty()) {
    return reject(404, "there is nothing at this path; the paths are in docs/http-api.md");
  }
  const auto found = std::ranges::find_if(entries, [&](const Entry* entry) {
    return entry->route.method == routed_method(header.method());
  });
  if (found == entries.end()) return method_not_allowed(header, entries);

  const Entry& entry = **found;
  Admitted admitted{&entry.route, &entry.counter, {}};
  Request& request = admitted.request;
  request.content_type = media_type(header[http::field::content_type]);
  if (guards_.access != nullptr &&
      !guards_.access->admits(entry.route.access, header[http::field::authorization])) {
    return unauthorized(entry.route, entry.counter, request.content_type);
  }
  const std::string encoding = media_type(header[http::field::content_encoding]);
  if (const auto reason =
          unsupported_body(entry.route.body, request.content_type, encoding, has_body)) {
    return Rejected{&entry.counter, entry.route.error_answer(request.content_type, 415, *reason)};
  }
  request.accept = header[http::field::accept];
  request.last_event_id = header["Last-Event-ID"];
  request.sentry_auth = header["X-Sentry-Auth"];
  request.encoding = content_encoding_of(encoding).value_or(ContentEncoding::identity);
  request.query = std::move(target->query);
  for (std::size_t i = 0; i < entry.segments.size(); ++i) {
    if (is_parameter(entry.segments[i])) {
      request.path_parameters.push_back(std::move(target->path[i]));
    }
  }
  if (entry.route.gate) {
    if (auto refused = entry.route.gate(request)) {
      return Rejected{&entry.counter, *std::move(refused)};
    }
  }
  return admitted;
}

}  // namespace rounds::daemon
