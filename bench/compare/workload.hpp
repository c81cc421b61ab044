// What a comparison consists of: workloads, each of which runs on several systems.
//
// To add a workload, write a class in a file of its own and list it in catalog.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace rounds::bench {

enum class System : std::uint8_t {
  rounds,
  rounds_exemplars,  // each event keeps its exemplar
  rocksdb,           // raw: the least that a program on RocksDB has to do
  rocksdb_rows,      // and rows, indexes and histories behind that
  sqlite,            // tuned: many occurrences a transaction
  sqlite_rowwise,    // one upsert and one commit per occurrence
};
inline constexpr std::array all_systems{System::rounds,  System::rounds_exemplars,
                                        System::rocksdb, System::rocksdb_rows,
                                        System::sqlite,  System::sqlite_rowwise};

// The name in reports: "sqlite-rowwise".
[[nodiscard]] std::string_view to_string(System system);

// One figure of one run.
struct Sample {
  std::string metric;
  double value = 0;
  std::string unit;
};
using Samples = std::vector<Sample>;

class Workload {
 public:
  Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;
  virtual ~Workload() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;

  // Those it runs on, in the order of a round.
  [[nodiscard]] virtual std::vector<System> systems() const = 0;

  // Makes the input that all runs share. Once, before the first run, not measured.
  virtual void prepare() = 0;

  // Runs on one of systems() in `directory`, which is empty, and checks that the result is right.
  // Errors: corruption for a wrong result; those of the systems.
  [[nodiscard]] virtual Result<Samples> run(System system,
                                            const std::filesystem::path& directory) = 0;
};

// How large the workloads are: at full size, unless small_scale() or tiny_scale() is asked for.
struct Scale {
  // Of the Zipf workloads.
  std::uint64_t occurrences = 20'000'000;
  std::uint32_t signatures = 100'000;
  // What the slow systems record of them, enough for a rate that stays: rates are compared.
  std::uint64_t sqlite_occurrences = 2'000'000;
  // Of those that commit each occurrence by itself.
  std::uint64_t synced_occurrences = 5'000;
  std::uint64_t uniform_occurrences = 4'000'000;
  std::uint32_t uniform_signatures = 1'000'000;
  // Of the log that is replayed.
  std::uint64_t replayed_events = 10'000'000;
  // Of the workloads that read.
  std::uint32_t stored_signatures = 1'000'000;
  std::uint64_t point_reads = 100'000;
  std::uint64_t listings = 2'000;
  // Of the logs that are opened after a kill.
  std::uint64_t long_log_events = 10'000'000;
  std::uint64_t short_log_events = 1'000'000;
  // Of the large store, to compare with one of `signatures`.
  std::uint32_t growth_signatures = 10'000'000;
  std::uint64_t growth_occurrences = 4'000'000;
  // That the daemon is sent: as fast as it takes them, at a pace, and in JSON.
  std::uint64_t otlp_records = 4'000'000;
  std::uint64_t otlp_paced_records = 1'000'000;
  std::uint64_t otlp_json_records = 1'500'000;
  std::uint32_t otlp_failures = 1'000;
  std::uint64_t seed = 1;
};

// Everything in less than two minutes: a look, not a measurement.
[[nodiscard]] Scale small_scale();

// Everything in seconds, to check that the systems count right.
[[nodiscard]] Scale tiny_scale();

// All workloads, in the order of reports.
[[nodiscard]] std::vector<std::unique_ptr<Workload>> make_workloads(const Scale& scale);

// One file each.
[[nodiscard]] std::unique_ptr<Workload> make_zipf_coalesced(const Scale& scale);
[[nodiscard]] std::unique_ptr<Workload> make_zipf_each(const Scale& scale);
[[nodiscard]] std::unique_ptr<Workload> make_uniform(const Scale& scale);
[[nodiscard]] std::unique_ptr<Workload> make_sync_one(const Scale& scale);
[[nodiscard]] std::unique_ptr<Workload> make_point_read(const Scale& scale);
[[nodiscard]] std::unique_ptr<Workload> make_top50(const Scale& scale);
[[nodiscard]] std::unique_ptr<Workload> make_replay(const Scale& scale);
[[nodiscard]] std::unique_ptr<Workload> make_open(const Scale& scale);
[[nodiscard]] std::unique_ptr<Workload> make_growth(const Scale& scale);
[[nodiscard]] std::unique_ptr<Workload> make_otlp_http(const Scale& scale);

}  // namespace rounds::bench
