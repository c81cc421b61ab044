// A Process whose streams, environment, terminals and clock belong to a test, and the programs run
// in it.
//
// One thread.
#pragma once

#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/samples.hpp"
#include "tools/program.hpp"

namespace rounds::test {

class TestProcess {
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;

 public:
  TestProcess() = default;
  TestProcess(const TestProcess&) = delete;
  TestProcess& operator=(const TestProcess&) = delete;

  // Runs `rounds` or `rounds-replay` with these arguments (without the program's name).
  tools::ExitCode rounds(const std::vector<std::string>& arguments) {
    return run(tools::run_rounds, "rounds", arguments);
  }
  tools::ExitCode replay(const std::vector<std::string>& arguments) {
    return run(tools::run_replay, "rounds-replay", arguments);
  }

  // What was written since the last run began.
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }

  void set_input(const std::string& text) {
    in_.clear();
    in_.str(text);
  }

  std::map<std::string, std::string> environment;
  ManualClock clock{at_second(1000)};
  tools::Process process{in_,
                         out_,
                         err_,
                         [this](const std::string& name) -> std::optional<std::string> {
                           const auto found = environment.find(name);
                           if (found == environment.end()) return std::nullopt;
                           return found->second;
                         },
                         0,
                         0,
                         &clock};

 private:
  template <typename Program>
  tools::ExitCode run(Program program, const char* name,
                      const std::vector<std::string>& arguments) {
    out_.str({});
    err_.str({});
    std::vector<const char*> pointers{name};
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
    return program(pointers, process);
  }
};

}  // namespace rounds::test
