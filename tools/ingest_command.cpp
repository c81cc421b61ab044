// rounds ingest: occurrences from files.
#include <map>
#include <ostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "ingest/jsonl.hpp"
#include "tools/commands.hpp"
#include "tools/input_file.hpp"
#include "tools/line_reader.hpp"
#include "tools/printable.hpp"
#include "tools/progress.hpp"

namespace rounds::tools {
namespace {

// Occurrences in one commit: enough to make the cost of a sync small, few enough for memory.
constexpr std::size_t batch_size = 8192;

// As much as rounds-ingestd takes decompressed; decoding takes several times that.
constexpr std::size_t max_otlp_file_bytes = 64U * 1024 * 1024;

struct IngestOptions {
  std::vector<std::string> files;
  std::string format = "jsonl";
  std::string signal;
};

// Reads the files one after the other into a backend and counts.
class Ingestion {
 public:
  Ingestion(const Invocation& invocation, Backend& backend)
      : process_(invocation.process()),
        backend_(backend),
        progress_(process_, "Ingesting", "bytes") {}

  // Errors: those of the store, with which it ends; a bad line only counts.
  [[nodiscard]] Result<void> ingest_lines(InputFile& file) {
    LineReader lines(file.stream());
    while (lines.next()) {
      const auto line = lines.line();
      auto occurrence = line ? decode_json_line(*line) : std::unexpected(line.error());
      if (occurrence) {
        batch_.push_back(*std::move(occurrence));
      } else {
        reject(fmt::format("{}:{}", file.name(), lines.number()), occurrence.error());
      }
      if (batch_.size() == batch_size) {
        if (auto recorded = record_batch(); !recorded) return recorded;
      }
      progress_.update(bytes_before_ + lines.bytes_read(), total_bytes_);
    }
    bytes_before_ += lines.bytes_read();
    if (auto recorded = record_batch(); !recorded) return recorded;
    const auto finished = lines.finish();
    if (!finished) return std::unexpected(finished.error().with_context(file.name()));
    return {};
  }

  // A file that is no such body counts as one rejection.
  [[nodiscard]] Result<void> ingest_body(InputFile& file, OtlpSignal signal,
                                         OtlpEncoding encoding) {
    auto bytes = file.read_all(max_otlp_file_bytes);
    if (!bytes) return std::unexpected(bytes.error());
    bytes_before_ += bytes->size();
    const auto outcome = backend_.record_otlp({signal, encoding, *std::move(bytes)});
    if (!outcome && outcome.error().code == ErrorCode::invalid_argument) {
      reject(file.name(), outcome.error());
      return {};
    }
    if (!outcome) return std::unexpected(outcome.error().with_context(file.name()));
    accepted_ += outcome->accepted;
    rejected_ += outcome->rejected;
    if (outcome->rejected > 0) complain(file.name(), outcome->rejection_message);
    progress_.update(bytes_before_, total_bytes_);
    return {};
  }

  void set_total_bytes(std::uint64_t total) { total_bytes_ = total; }
  [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
  [[nodiscard]] std::uint64_t rejected() const { return rejected_; }

 private:
  [[nodiscard]] Result<void> record_batch() {
    if (batch_.empty()) return {};
    const std::size_t count = batch_.size();
    if (auto recorded = backend_.record(std::exchange(batch_, {})); !recorded) return recorded;
    accepted_ += count;
    return {};
  }

  void reject(std::string_view place, const Error& error) {
    ++rejected_;
    complain(place, error.message);
  }

  void complain(std::string_view place, std::string_view message) {
    progress_.clear();
    process_.err << printable(place) << ": " << printable(message) << '\n';
  }

  Process& process_;
  Backend& backend_;
  Progress progress_;
  std::vector<Occurrence> batch_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t bytes_before_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t rejected_ = 0;
};

Result<void> ingest_file(const IngestOptions& options, Ingestion& ingestion, InputFile& file) {
  if (options.format == "jsonl") return ingestion.ingest_lines(file);
  return ingestion.ingest_body(
      file, options.signal == "logs" ? OtlpSignal::logs : OtlpSignal::traces,
      options.format == "otlp-json" ? OtlpEncoding::json : OtlpEncoding::protobuf);
}

// All files are opened first: a misspelt name should not leave half of them counted.
Result<std::vector<InputFile>> open_files(const IngestOptions& options, Process& process) {
  std::vector<InputFile> files;
  for (const std::string& path : options.files) {
    auto file = InputFile::open(path, process);
    if (!file) return std::unexpected(file.error());
    files.push_back(*std::move(file));
  }
  return files;
}

// What was read when an error ended it is counted, and said: whoever repeats the command must know.
Error interrupted(const Error& error, const Ingestion& ingestion) {
  if (ingestion.accepted() == 0) return error;
  return {error.code, fmt::format("{} (after {} occurrences, which are recorded)", error.message,
                                  ingestion.accepted())};
}

Result<ExitCode> run_ingest(const IngestOptions& options, const Invocation& invocation) {
  if ((options.format == "jsonl") != options.signal.empty()) {
    return fail(ErrorCode::invalid_argument,
                "--signal logs or --signal traces belongs to --format otlp-json and otlp-proto: "
                "give it with these and only with these");
  }
  auto files = open_files(options, invocation.process());
  if (!files) return std::unexpected(files.error());
  auto backend = invocation.open_backend(CreateIfMissing::yes);
  if (!backend) return std::unexpected(backend.error());
  Ingestion ingestion(invocation, **backend);
  std::uint64_t total = 0;
  bool total_known = true;
  for (const InputFile& file : *files) {
    total += file.size();
    total_known = total_known && file.size() > 0;
  }
  if (total_known) ingestion.set_total_bytes(total);
  for (InputFile& file : *files) {
    if (auto ingested = ingest_file(options, ingestion, file); !ingested) {
      return std::unexpected(interrupted(ingested.error(), ingestion));
    }
  }
  if (auto closed = (*backend)->close(); !closed) return std::unexpected(closed.error());
  invocation.print(
      [&] {
        return boost::json::object{{"accepted", ingestion.accepted()},
                                   {"rejected", ingestion.rejected()}};
      },
      [&] {
        return fmt::format("accepted {}, rejected {}\n", ingestion.accepted(),
                           ingestion.rejected());
      });
  return ingestion.rejected() == 0 ? ExitCode::fine : ExitCode::refused;
}

}  // namespace

void add_ingest_command(CommandLine& commands) {
  const auto options = std::make_shared<IngestOptions>();
  CLI::App& command = commands.add(
      "ingest", "Count occurrences from files; creates the data directory if it is not there",
      "rounds ingest --data-dir ./data errors.jsonl, with lines like\n"
      R"({"service": "checkout", "error_type": "TimeoutError", "error_message": "no answer",)"
      "\n"
      R"( "timestamp": "2026-01-01T00:00:00Z"})"
      "\nExample: rounds ingest --server http://127.0.0.1:4318 --format otlp-json --signal logs -",
      Action([options](const Invocation& invocation) { return run_ingest(*options, invocation); }));
  command.add_option("FILE", options->files, "Files to read; - is the standard input")->required();
  command.add_option("--format", options->format, "What the files hold; OTLP: one body each")
      ->check(CLI::IsMember({"jsonl", "otlp-json", "otlp-proto"}))
      ->capture_default_str();
  command.add_option("--signal", options->signal, "What the OTLP bodies are")
      ->check(CLI::IsMember({"logs", "traces"}));
}

}  // namespace rounds::tools
