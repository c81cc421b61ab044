// The commands of `rounds`, by theme. Each function adds its commands to a CommandLine.
//
// Belongs to one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <boost/json/object.hpp>

#include "core/error.hpp"
#include "tools/backend.hpp"
#include "tools/exit_code.hpp"
#include "tools/local_backend.hpp"
#include "tools/process.hpp"
#include "tools/settings.hpp"

namespace rounds::tools {

inline constexpr std::string_view program_name = "rounds";

// What a command works with once the command line is read.
class Invocation {
 public:
  Invocation(Process& process, const LocationFlags& location, bool json)
      : process_(process), location_(location), json_(json) {}

  [[nodiscard]] Process& process() const { return process_; }
  [[nodiscard]] const LocationFlags& location() const { return location_; }
  [[nodiscard]] bool json() const { return json_; }
  [[nodiscard]] Timestamp now() const { return process_.clock->now(); }

  // The store that the settings name. `create` matters for data directories only. Errors: those of
  // find_location(), open_local_backend() and open_server_backend().
  [[nodiscard]] Result<std::unique_ptr<Backend>> open_backend(
      CreateIfMissing create = CreateIfMissing::no) const;

  // Prints a result in the form that was asked for; only that one is made.
  void print(const std::function<boost::json::object()>& for_machines,
             const std::function<std::string()>& for_people) const;

  // Tells people, not machines, something about the result.
  void note(std::string_view text) const;

 private:
  Process& process_;
  const LocationFlags& location_;
  bool json_;
};

// What a command does. Reports its results itself; an error is reported by the caller.
using Action = std::function<Result<ExitCode>(const Invocation&)>;

// The same on an open backend, which the caller closes.
using BackendAction = std::function<Result<ExitCode>(const Invocation&, Backend&)>;

// The commands as they are added, and the one that the user chose.
class CommandLine {
 public:
  // `app` must outlive the object.
  explicit CommandLine(CLI::App& app) : app_(app) {}

  // Adds a command whose --help ends with `example`. The result takes its options; their variables
  // must live as long as `action`, which runs after parsing.
  CLI::App& add(const std::string& name, const std::string& description, const std::string& example,
                Action action);
  CLI::App& add(const std::string& name, const std::string& description, const std::string& example,
                BackendAction action);

  // Adds a command that consists of commands, which add_to() adds to the result.
  CLI::App& add_group(const std::string& name, const std::string& description,
                      const std::string& example);
  CLI::App& add_to(CLI::App& group, const std::string& name, const std::string& description,
                   const std::string& example, Action action);

  // The command that was parsed; empty before.
  [[nodiscard]] const Action& chosen() const { return chosen_; }

 private:
  CLI::App& app_;
  Action chosen_;
};

// list, show, history, pending, similar, stats.
void add_query_commands(CommandLine& commands);

// investigate, revert, diagnose, resolve, mute, retriage, tag.
void add_lifecycle_commands(CommandLine& commands);

void add_ingest_command(CommandLine& commands);
void add_fingerprint_command(CommandLine& commands);
void add_verify_command(CommandLine& commands);

// create, list, verify and restore, below backup.
void add_backup_command(CommandLine& commands);

}  // namespace rounds::tools
