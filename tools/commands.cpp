#include "tools/commands.hpp"

#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "api/json_text.hpp"
#include "tools/printable.hpp"
#include "tools/progress.hpp"
#include "tools/server_backend.hpp"

namespace rounds::tools {

Result<std::unique_ptr<Backend>> Invocation::open_backend(CreateIfMissing create) const {
  const auto location = find_location(location_, process_);
  if (!location) return std::unexpected(location.error());
  if (const auto* server = std::get_if<ServerUrl>(&*location)) {
    auto credentials = find_credentials(location_, process_);
    if (!credentials) return std::unexpected(std::move(credentials.error()));
    return open_server_backend(server->text, *process_.clock, *std::move(credentials));
  }
  Progress progress(process_, "Reading the log", "events");
  auto grouping = find_grouping(location_, process_);
  if (!grouping) return std::unexpected(std::move(grouping.error()));
  return open_local_backend(
      std::get<std::filesystem::path>(*location), create, *std::move(grouping),
      [&progress](std::uint64_t done, std::uint64_t total) { progress.update(done, total); },
      [&](const std::string& why) {
        progress.clear();
        process_.err << program_name << ": " << printable(why) << '\n';
        process_.err.flush();
      });
}

void Invocation::print(const std::function<boost::json::object()>& for_machines,
                       const std::function<std::string()>& for_people) const {
  if (json_) {
    process_.out << api::to_text(for_machines()) << '\n';
  } else {
    process_.out << for_people();
  }
}

void Invocation::note(std::string_view text) const {
  if (json_) return;
  process_.out.flush();  // the note comes after the result
  process_.err << text << '\n';
}

CLI::App& CommandLine::add(const std::string& name, const std::string& description,
                           const std::string& example, Action action) {
  return add_to(app_, name, description, example, std::move(action));
}

CLI::App& CommandLine::add_to(CLI::App& group, const std::string& name,
                              const std::string& description, const std::string& example,
                              Action action) {
  CLI::App& command = *group.add_subcommand(name, description);
  command.footer("Example: " + example +
                 "\nWhere the data is (--data-dir, --server) and --json: see rounds --help");
  command.callback([this, action = std::move(action)] { chosen_ = action; });
  return command;
}

CLI::App& CommandLine::add_group(const std::string& name, const std::string& description,
                                 const std::string& example) {
  CLI::App& group = *app_.add_subcommand(name, description);
  group.footer(
      fmt::format("Example: {}\nrounds {} COMMAND --help explains a command.", example, name));
  group.require_subcommand(1);
  return group;
}

CLI::App& CommandLine::add(const std::string& name, const std::string& description,
                           const std::string& example, BackendAction action) {
  return add(name, description, example,
             [action = std::move(action)](const Invocation& invocation) -> Result<ExitCode> {
               auto backend = invocation.open_backend();
               if (!backend) return std::unexpected(std::move(backend.error()));
               auto result = action(invocation, **backend);
               const auto closed = (*backend)->close();
               if (result && !closed) return std::unexpected(closed.error());
               return result;
             });
}

}  // namespace rounds::tools
