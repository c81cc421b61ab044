// What the Google Benchmark programs share: their settings and main().
//
// Each program takes Google Benchmark's own options (--benchmark_filter=...) and those below.
#pragma once

#include <cstdint>
#include <filesystem>

#include "bench/support/occurrence_stream.hpp"
#include "bench/support/scratch_directory.hpp"

namespace rounds::bench {

struct BenchmarkSettings {
  std::filesystem::path data_directory = default_data_directory();
  std::uint32_t signatures = 10'000;
  std::uint64_t occurrences = 100'000;
  std::uint64_t seed = 1;
};

// As the command line says. Valid while benchmarks run.
[[nodiscard]] const BenchmarkSettings& benchmark_settings();

// A fresh directory on the disk that was chosen. Ends the program with a message if there is none:
// without it no benchmark can run.
[[nodiscard]] ScratchDirectory benchmark_directory();

// A Zipf stream of the chosen size. Made once; lives as long as the process.
[[nodiscard]] const OccurrenceStream& benchmark_stream();

// One occurrence of each signature. Made once; lives as long as the process.
[[nodiscard]] const OccurrenceStream& benchmark_signatures();

}  // namespace rounds::bench
