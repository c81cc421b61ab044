// otlp-http: the whole way of errors into the daemon. OTLP requests with real stack traces go over
// real sockets to the program rounds-ingestd, which answers each when its errors are durable; the
// generator runs on the same processors. Afterwards the daemon must have counted what was sent.
#include <array>
#include <charconv>
#include <random>
#include <set>
#include <string>
#include <utility>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "bench/compare/child.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/error_records.hpp"
#include "bench/support/http_load.hpp"
#include "bench/support/occurrence_stream.hpp"
#include "bench/support/otlp_requests.hpp"
#include "bench/support/process_usage.hpp"
#include "core/check.hpp"

namespace rounds::bench {
namespace {

constexpr std::size_t records_per_request = 100;

// Enough that the daemon always has work while it waits for the disk; 3,200 records in flight.
constexpr std::size_t connections = 32;

// Made ahead for each connection and sent in turns, with new ids each time.
constexpr std::size_t requests_of_a_connection = 8;

// Half of the rate that the daemon must reach: latencies are those of a server that is busy, not of
// a queue that is full.
constexpr double paced_records_per_second = 50'000;

class Daemon {
 public:
  static Result<Daemon> start(const std::filesystem::path& directory) {
    // By name and not by default, so that figures stay comparable.
    auto process = start_program(
        "rounds-ingestd",
        {"--data-dir", directory.string(), "--listen", "127.0.0.1:0", "--fingerprint-rules", "v2",
         "--new-signatures-per-minute", "0", "--log-level", "warn"});
    if (!process) return std::unexpected(std::move(process.error()));
    constexpr std::string_view greeting = "listening on ";
    const auto line = process->read_line();
    if (!line || !line->starts_with(greeting)) {
      return fail(ErrorCode::io_error, "rounds-ingestd did not start; its messages are above");
    }
    std::uint16_t port = 0;
    const char* end = line->data() + line->size();
    const auto parsed = std::from_chars(line->data() + line->rfind(':') + 1, end, port);
    ROUNDS_CHECK(parsed.ec == std::errc{}, "the address of the daemon ends with its port");
    return Daemon(*std::move(process), port);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Result<ProcessUsage> usage() const { return usage_of(process_.id()); }

  // What it says of itself.
  [[nodiscard]] Result<Totals> totals() const {
    const auto answer = http_get(port_, "/api/v1/stats");
    if (!answer) return std::unexpected(answer.error());
    const auto stats = boost::json::parse(*answer);
    return Totals{stats.at("occurrence_count").to_number<std::uint64_t>(),
                  stats.at("total").to_number<std::uint64_t>()};
  }

  [[nodiscard]] Result<void> stop() { return process_.terminate(); }

 private:
  Daemon(ChildProcess process, std::uint16_t port) : process_(std::move(process)), port_(port) {}

  ChildProcess process_;
  std::uint16_t port_;
};

// A request and which failures are in it.
struct Prepared {
  OtlpRequest request;
  std::vector<std::uint32_t> failures;
  bool sent = false;  // in this run
};

class OtlpHttpWorkload final : public Workload {
 public:
  explicit OtlpHttpWorkload(const Scale& scale) : scale_(scale) {}

  std::string_view name() const override { return "otlp-http"; }
  std::vector<System> systems() const override { return {System::rounds}; }

  void prepare() override {
    const auto errors = ErrorRecords::load();
    if (!errors) {
      unprepared_ = errors.error();
      return;
    }
    std::vector<double> weights(scale_.otlp_failures);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 1 / static_cast<double>(i + 1);
    std::discrete_distribution<std::uint32_t> draw(weights.begin(), weights.end());
    std::mt19937_64 random(scale_.seed);
    const auto prepare_one = [&](OtlpForm form) {
      std::vector<ErrorRecord> records;
      std::vector<std::uint32_t> failures;
      for (std::size_t i = 0; i < records_per_request; ++i) {
        failures.push_back(draw(random));
        records.push_back(errors->failure(failures.back()));
      }
      return Prepared{OtlpRequest(form, records), std::move(failures)};
    };
    for (std::size_t i = 0; i < connections * requests_of_a_connection; ++i) {
      protobuf_.push_back(prepare_one(OtlpForm::protobuf));
      json_.push_back(prepare_one(OtlpForm::json));
    }
  }

  Result<Samples> run(System /*system*/, const std::filesystem::path& directory) override {
    if (unprepared_) return std::unexpected(*unprepared_);
    sent_records_ = 0;
    for (auto* requests : {&protobuf_, &json_}) {
      for (Prepared& prepared : *requests) prepared.sent = false;
    }
    auto daemon = Daemon::start(directory);
    if (!daemon) return std::unexpected(std::move(daemon.error()));
    auto samples = measure(*daemon);
    if (!samples) return samples;
    const auto found = daemon->totals();
    if (!found) return std::unexpected(found.error());
    if (auto right = check_totals("rounds", *found, sent()); !right) {
      return std::unexpected(std::move(right.error()));
    }
    if (auto stopped = daemon->stop(); !stopped) {
      return std::unexpected(std::move(stopped.error()));
    }
    return samples;
  }

 private:
  struct Phase {
    HttpLoadResult load;
    double daemon_processor_seconds = 0;
    std::uint64_t records = 0;

    [[nodiscard]] double records_per_second() const {
      return static_cast<double>(records) / load.seconds;
    }
    [[nodiscard]] double microseconds_per_record(double seconds) const {
      constexpr double microseconds = 1e6;
      return seconds * microseconds / static_cast<double>(records);
    }
  };

  Result<Samples> measure(const Daemon& daemon) {
    auto fastest = send(daemon, protobuf_, scale_.otlp_records, std::nullopt, "");
    if (!fastest) return std::unexpected(std::move(fastest.error()));
    auto paced = send(daemon, protobuf_, scale_.otlp_paced_records, paced_records_per_second, "");
    if (!paced) return std::unexpected(std::move(paced.error()));
    auto json = send(daemon, json_, scale_.otlp_json_records, std::nullopt, "{}");
    if (!json) return std::unexpected(std::move(json.error()));
    const auto usage = daemon.usage();
    if (!usage) return std::unexpected(usage.error());
    constexpr double milliseconds = 1e-3;  // in a microsecond
    const auto percentile = [](Phase& phase, double share) {
      return phase.load.latencies.percentile(share) * milliseconds;
    };
    return Samples{
        {"records_per_second", fastest->records_per_second(), "1/s"},
        {"json_records_per_second", json->records_per_second(), "1/s"},
        {"paced_records_per_second", paced->records_per_second(), "1/s"},
        {"paced_ack_p50", percentile(*paced, 0.5), "ms"},
        {"paced_ack_p99", percentile(*paced, 0.99), "ms"},
        {"ack_p50", percentile(*fastest, 0.5), "ms"},
        {"ack_p99", percentile(*fastest, 0.99), "ms"},
        {"cpu_per_record", fastest->microseconds_per_record(fastest->daemon_processor_seconds),
         "us"},
        {"json_cpu_per_record", json->microseconds_per_record(json->daemon_processor_seconds),
         "us"},
        {"generator_per_record", fastest->microseconds_per_record(fastest->load.processor_seconds),
         "us"},
        {"bytes_per_record", bytes_per_record(protobuf_), "bytes"},
        {"json_bytes_per_record", bytes_per_record(json_), "bytes"},
        {"peak_memory", usage->peak_memory_bytes, "bytes"},
    };
  }

  // Sends `records` records, in whole requests.
  Result<Phase> send(const Daemon& daemon, std::vector<Prepared>& requests, std::uint64_t records,
                     std::optional<double> records_per_second, std::string expected_body) {
    HttpLoad load{.port = daemon.port(),
                  .connections = connections,
                  .requests = records / records_per_request,
                  .requests_per_second = std::nullopt,
                  .expected_body = std::move(expected_body)};
    if (records_per_second) {
      load.requests_per_second = *records_per_second / double{records_per_request};
    }
    std::array<std::size_t, connections> turns{};
    const auto next = [&](std::size_t connection) {
      const std::size_t turn = turns[connection]++ % requests_of_a_connection;
      return fill(requests[connection * requests_of_a_connection + turn]);
    };
    const auto before = daemon.usage();
    if (!before) return std::unexpected(before.error());
    auto result = run_http_load(load, next);
    if (!result) return std::unexpected(std::move(result.error()));
    const auto after = daemon.usage();
    if (!after) return std::unexpected(after.error());
    return Phase{*std::move(result), after->processor_seconds - before->processor_seconds,
                 load.requests * records_per_request};
  }

  std::string_view fill(Prepared& prepared) {
    prepared.sent = true;
    sent_records_ += records_per_request;
    return prepared.request.fill(std::exchange(position_, position_ + records_per_request));
  }

  // What the daemon must have counted in this run.
  [[nodiscard]] Totals sent() const {
    std::set<std::uint32_t> failures;
    for (const auto* requests : {&protobuf_, &json_}) {
      for (const Prepared& prepared : *requests) {
        if (prepared.sent) failures.insert(prepared.failures.begin(), prepared.failures.end());
      }
    }
    return {sent_records_, failures.size()};
  }

  [[nodiscard]] double bytes_per_record(const std::vector<Prepared>& requests) const {
    double bytes = 0;
    for (const Prepared& prepared : requests) {
      bytes += static_cast<double>(prepared.request.size());
    }
    return bytes / static_cast<double>(requests.size() * records_per_request);
  }

  Scale scale_;
  std::optional<Error> unprepared_;
  std::vector<Prepared> protobuf_;
  std::vector<Prepared> json_;
  std::uint64_t sent_records_ = 0;  // in this run
  std::uint64_t position_ = 0;      // of the next record of all runs: no two have the same ids
};

}  // namespace

std::unique_ptr<Workload> make_otlp_http(const Scale& scale) {
  return std::make_unique<OtlpHttpWorkload>(scale);
}

}  // namespace rounds::bench
