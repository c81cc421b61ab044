// The program rounds-compare-child, which lies beside the one that runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "bench/support/child_process.hpp"
#include "core/error.hpp"

namespace rounds::bench {

struct ChildInput {
  std::filesystem::path directory;
  std::uint32_t signatures = 0;
  std::uint64_t occurrences = 0;
  std::uint64_t seed = 0;
};

// Starts it with one of its commands. Errors: io_error, also if it was not built.
[[nodiscard]] Result<ChildProcess> start_child(std::string_view command, const ChildInput& input);

}  // namespace rounds::bench
