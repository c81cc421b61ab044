#include "tools/server_backend.hpp"

#include <chrono>
#include <utility>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "api/backup_json.hpp"
#include "api/command_json.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "api/signature_json.hpp"
#include "api/store_json.hpp"
#include "core/check.hpp"
#include "tools/http_client.hpp"

namespace rounds::tools {
namespace {

constexpr unsigned status_ok = 200;

// A first backup copies the whole log, a hundred GiB of it perhaps over a network.
constexpr std::chrono::hours backup_timeout{24};

// The daemon reads the log from the start: a billion events in some ten minutes.
constexpr std::chrono::hours whole_log_timeout{1};

// The last part of the path of a command: one of api::command_names.
struct CommandPath {
  std::string_view operator()(const StartInvestigation&) const { return "investigate"; }
  std::string_view operator()(const RevertInvestigation&) const { return "revert"; }
  std::string_view operator()(const Diagnose&) const { return "diagnose"; }
  std::string_view operator()(const Resolve&) const { return "resolve"; }
  std::string_view operator()(const Mute&) const { return "mute"; }
  std::string_view operator()(const Retriage&) const { return "retriage"; }
  std::string_view operator()(const Restore&) const {
    ROUNDS_UNREACHABLE("a restore is not offered over HTTP");
  }
  std::string_view operator()(const ChangeTags&) const { return "tags"; }
};

// Collects the parameters of a query.
class Target {
 public:
  explicit Target(std::string path) : text_(std::move(path)) {}

  void add(std::string_view name, std::string_view value) {
    text_ += fmt::format("{}{}={}", separator_, name, percent_encoded(value));
    separator_ = '&';
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  char separator_ = '?';
};

std::string signature_path(const SignatureId& id) {
  return "/api/v1/signatures/" + id.to_string();
}

std::string fingerprint_path(const std::string& fingerprint) {
  return "/api/v1/fingerprints/" + percent_encoded(fingerprint);
}

std::string with_as_of(std::string path, const Moment& moment) {
  Target target(std::move(path));
  target.add("as_of", format_moment(moment));
  return target.text();
}

// The user's arguments are fine: it is the server that is not what it should be.
Error not_ours(const Error& error) {
  return {
      ErrorCode::unavailable,
      fmt::format("{}; check that --server names a rounds-ingestd of this release", error.message)};
}

// Makes of an answer what `parse` reads in its JSON.
template <typename Parse>
auto read(const Result<HttpAnswer>& answer, Parse parse) -> decltype(parse(boost::json::value{})) {
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != status_ok) {
    return std::unexpected(api::error_from_problem(answer->status, answer->body));
  }
  const auto value = api::parse_json(answer->body, "the answer of the server");
  if (!value) return std::unexpected(not_ours(value.error()));
  auto parsed = parse(*value);
  if (!parsed) return std::unexpected(not_ours(parsed.error()));
  return parsed;
}

class ServerBackend final : public Backend {
 public:
  ServerBackend(HttpClient client, const Clock& clock)
      : client_(std::move(client)), clock_(clock) {}

  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) override {
    return get_signature(signature_path(id));
  }

  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      const std::string& fingerprint) override {
    return get_signature(fingerprint_path(fingerprint));
  }

  [[nodiscard]] Result<SignaturePage> list(const SignatureQuery& query) override {
    Target target("/api/v1/signatures");
    target.add("limit", std::to_string(query.limit));
    if (query.status) target.add("status", to_string(*query.status));
    if (query.service) target.add("service", *query.service);
    if (query.error_type) target.add("error_type", *query.error_type);
    if (query.tag) target.add("tag", *query.tag);
    if (query.after) target.add("cursor", query.after->encode());
    return read(get(target.text()), api::page_from_json);
  }

  [[nodiscard]] Result<HistoryPage> history(const SignatureId& id,
                                            const HistoryQuery& query) override {
    Target target(signature_path(id) + "/history");
    target.add("limit", std::to_string(query.limit));
    if (query.after > 0) target.add("cursor", std::to_string(query.after));
    return read(get(target.text()), api::history_page_from_json);
  }

  [[nodiscard]] Result<std::vector<Signature>> get_similar(const SignatureId& id,
                                                           std::size_t limit) override {
    Target target(signature_path(id) + "/similar");
    target.add("limit", std::to_string(limit));
    return read(get(target.text()), api::signatures_from_json);
  }

  [[nodiscard]] Result<StoreStats> get_stats() override {
    return read(get("/api/v1/stats"), api::stats_from_json);
  }

  [[nodiscard]] Result<std::optional<Signature>> as_of(const SignatureId& id,
                                                       const Moment& moment) override {
    return get_signature(with_as_of(signature_path(id), moment));
  }

  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint_as_of(
      const std::string& fingerprint, const Moment& moment) override {
    return get_signature(with_as_of(fingerprint_path(fingerprint), moment));
  }

  [[nodiscard]] Result<StoreStats> get_stats_as_of(const Moment& moment) override {
    const HttpRequest request{false, with_as_of("/api/v1/stats", moment), {}, {}};
    return read(client_.send(request, whole_log_timeout), api::stats_from_json);
  }

  [[nodiscard]] Result<Signature> execute(const SignatureId& id, const Command& command,
                                          const CommandContext& context) override {
    const std::string target =
        fmt::format("{}/{}", signature_path(id), std::visit(CommandPath{}, command));
    const std::string body = api::to_text(api::command_to_json({command, context}));
    return read(client_.send({true, target, "application/json", body}), api::signature_from_json);
  }

  [[nodiscard]] Result<void> record(std::vector<Occurrence> /*occurrences*/) override {
    return fail(ErrorCode::invalid_argument,
                "a daemon takes no JSON Lines; send OTLP (--format otlp-json or otlp-proto), or "
                "stop the daemon and use --data-dir");
  }

  // The daemon answers what it rejected, not what it accepted: that is counted by its own decoder
  // here, before anything is sent.
  [[nodiscard]] Result<OtlpOutcome> record_otlp(const OtlpBody& body) override {
    const auto batch = decode(body, clock_.now());
    if (!batch) return std::unexpected(batch.error());
    const bool logs = body.signal == OtlpSignal::logs;
    const bool json = body.encoding == OtlpEncoding::json;
    const auto answer =
        client_.send({true, logs ? "/v1/logs" : "/v1/traces",
                      json ? "application/json" : "application/x-protobuf", body.bytes});
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != status_ok) {
      return std::unexpected(api::error_from_problem(answer->status, answer->body));
    }
    return OtlpOutcome{batch->occurrences.size(), batch->rejected_count, batch->rejection_message};
  }

  [[nodiscard]] Result<void> close() override { return {}; }

 private:
  [[nodiscard]] Result<HttpAnswer> get(const std::string& target) const {
    return client_.send({false, target, {}, {}});
  }

  [[nodiscard]] Result<std::optional<Signature>> get_signature(const std::string& target) {
    auto signature = read(get(target), api::signature_from_json);
    if (signature) return *std::move(signature);
    if (signature.error().code == ErrorCode::not_found) return std::nullopt;
    return std::unexpected(std::move(signature.error()));
  }

  HttpClient client_;
  const Clock& clock_;
};

}  // namespace

Result<std::unique_ptr<Backend>> open_server_backend(std::string_view url, const Clock& clock,
                                                     ServerCredentials credentials) {
  auto client = HttpClient::open(url, std::move(credentials));
  if (!client) return std::unexpected(std::move(client.error()));
  return std::make_unique<ServerBackend>(*std::move(client), clock);
}

Result<Backup> request_backup(std::string_view url, ServerCredentials credentials) {
  const auto client = HttpClient::open(url, std::move(credentials));
  if (!client) return std::unexpected(client.error());
  return read(client->send({true, "/api/v1/backups", {}, {}}, backup_timeout),
              api::backup_from_json);
}

}  // namespace rounds::tools
