// The program rounds: see program.hpp.
#include <cstdio>
#include <exception>
#include <span>

#include "tools/program.hpp"

int main(int argc, char** argv) {
  try {
    rounds::tools::Process process = rounds::tools::this_process();
    const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
    return static_cast<int>(rounds::tools::run_rounds(arguments, process));
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "rounds: %s\n", exception.what());
    return static_cast<int>(rounds::tools::ExitCode::data_unusable);
  }
}
