// Programs of the build, which lie beside the one that runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/compare/workload.hpp"
#include "bench/support/child_process.hpp"
#include "core/error.hpp"

namespace rounds::bench {

// Starts the program `name`. Errors: io_error, also if it was not built.
[[nodiscard]] Result<ChildProcess> start_program(std::string_view name,
                                                 const std::vector<std::string>& arguments);

struct ChildInput {
  std::filesystem::path directory;
  std::uint32_t signatures = 0;
  std::uint64_t occurrences = 0;
  std::uint64_t seed = 0;
};

// Starts rounds-compare-child with one of its commands. Errors: those of start_program().
[[nodiscard]] Result<ChildProcess> start_child(std::string_view command, const ChildInput& input);

// Reads the figures that it prints, a line "METRIC VALUE UNIT" each, until it ends. Errors:
// corruption for other lines or none; io_error if it fails.
[[nodiscard]] Result<Samples> read_samples(ChildProcess& child);

}  // namespace rounds::bench
