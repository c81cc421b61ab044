// rounds backup: copies of a log, made, listed, checked and restored.
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "api/backup_json.hpp"
#include "store/backup.hpp"
#include "tools/backup_report.hpp"
#include "tools/commands.hpp"
#include "tools/progress.hpp"
#include "tools/server_backend.hpp"

namespace rounds::tools {
namespace {

struct BackupOptions {
  std::string directory;
  BackupNumber number = 0;  // 0: the latest
};

Result<Backup> create_here(const std::filesystem::path& data_directory,
                           const BackupOptions& options, Process& process) {
  if (options.directory.empty()) {
    return fail(ErrorCode::invalid_argument,
                "name the directory of the backups: rounds backup create DIR --data-dir DATA");
  }
  Progress progress(process, "Copying", "bytes");
  auto backup = create_backup(data_directory, options.directory,
                              [&progress](std::uint64_t bytes) { progress.update(bytes, 0); });
  if (!backup) return std::unexpected(with_way_out(std::move(backup.error())));
  return backup;
}

Result<Backup> create_there(const ServerUrl& server, const BackupOptions& options,
                            const Invocation& invocation) {
  if (!options.directory.empty()) {
    return fail(ErrorCode::invalid_argument,
                "a daemon keeps its backups where its own --backup-dir says; leave the directory "
                "out");
  }
  auto credentials = find_credentials(invocation.location(), invocation.process());
  if (!credentials) return std::unexpected(std::move(credentials.error()));
  return request_backup(server.text, *std::move(credentials));
}

Result<ExitCode> run_create(const Invocation& invocation, const BackupOptions& options) {
  Process& process = invocation.process();
  const auto location = find_location(invocation.location(), process);
  if (!location) return std::unexpected(location.error());
  const auto* server = std::get_if<ServerUrl>(&*location);
  const auto backup =
      server != nullptr ? create_there(*server, options, invocation)
                        : create_here(std::get<std::filesystem::path>(*location), options, process);
  if (!backup) return std::unexpected(backup.error());
  invocation.print([&] { return api::backup_to_json(*backup); }, [&] { return to_text(*backup); });
  return ExitCode::fine;
}

// The backup that was asked for, or the latest.
Result<BackupNumber> find_number(const BackupOptions& options) {
  if (options.number != 0) return options.number;
  const auto numbers = list_log_backups(options.directory);
  if (!numbers) return std::unexpected(numbers.error());
  return numbers->back();
}

Result<ExitCode> run_list(const Invocation& invocation, const BackupOptions& options) {
  const auto numbers = list_log_backups(options.directory);
  if (!numbers) return std::unexpected(numbers.error());
  std::vector<Backup> backups;
  std::optional<Error> first_damage;
  for (const BackupNumber number : *numbers) {
    auto backup = read_log_backup(options.directory, number);
    if (backup) {
      backups.push_back(*backup);
    } else if (!first_damage) {
      first_damage = std::move(backup.error());
    }
  }
  invocation.print([&] { return backups_to_json(backups); },
                   [&] { return backups_table(backups, invocation.process().out_columns); });
  if (first_damage) return std::unexpected(*std::move(first_damage));
  return ExitCode::fine;
}

Result<ExitCode> run_verify(const Invocation& invocation, const BackupOptions& options) {
  Process& process = invocation.process();
  const auto number = find_number(options);
  if (!number) return std::unexpected(number.error());
  Progress progress(process, "Checking", "events");
  const auto verification = verify_log_backup(
      options.directory, *number,
      [&progress](std::uint64_t done, std::uint64_t total) { progress.update(done, total); });
  progress.clear();
  if (!verification) return std::unexpected(verification.error());
  invocation.print([&] { return to_json(*verification); }, [&] { return to_text(*verification); });
  if (verification->is_sound()) return ExitCode::fine;
  // The result is printed either way; the exit code is that of damaged data, whatever it is.
  report(process.err, program_name,
         {ErrorCode::corruption,
          fmt::format("backup {} is damaged; make a new one in another directory", *number)});
  return ExitCode::data_unusable;
}

Result<ExitCode> run_restore(const Invocation& invocation, const BackupOptions& options) {
  Process& process = invocation.process();
  const auto directory = find_data_directory(invocation.location(), process, "backup restore");
  if (!directory) return std::unexpected(directory.error());
  const auto number = find_number(options);
  if (!number) return std::unexpected(number.error());
  Progress progress(process, "Checking", "events");
  const auto backup = restore_backup(
      options.directory, *number, *directory,
      [&progress](std::uint64_t done, std::uint64_t total) { progress.update(done, total); });
  progress.clear();
  if (!backup) return std::unexpected(backup.error());
  invocation.print([&] { return api::backup_to_json(*backup); }, [&] { return to_text(*backup); });
  invocation.note(fmt::format("Restored to {}. What queries read is built when it is first opened.",
                              directory->string()));
  return ExitCode::fine;
}

using Run = Result<ExitCode> (*)(const Invocation&, const BackupOptions&);

CLI::Option& add_one(CommandLine& commands, CLI::App& group, const std::string& name,
                     const std::string& description, const std::string& example, Run run,
                     bool with_number) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App& command = commands.add_to(
      group, name, description, example,
      Action([options, run](const Invocation& invocation) { return run(invocation, *options); }));
  if (with_number) {
    command
        .add_option("--backup", options->number,
                    "Number of the backup, as rounds backup list shows it; the latest if left out")
        ->check(CLI::PositiveNumber);
  }
  return *command.add_option("DIR", options->directory, "Directory of the backups");
}

}  // namespace

void add_backup_command(CommandLine& commands) {
  CLI::App& group = commands.add_group("backup", "Back up the log, check backups and restore them",
                                       "rounds backup create /mnt/backups --data-dir ./data");
  add_one(commands, group, "create",
          "Make a backup of the log, of which only what is new is copied; a daemon makes it in its "
          "own --backup-dir",
          "rounds backup create /mnt/backups --data-dir ./data\n"
          "Example: rounds backup create --server http://127.0.0.1:4318",
          run_create, false);
  add_one(commands, group, "list", "List the finished backups of a directory",
          "rounds backup list /mnt/backups", run_list, false)
      .required();
  add_one(
      commands, group, "verify",
      "Read a backup wholly: the checksums of its files, and every event, as rounds verify does",
      "rounds backup verify /mnt/backups", run_verify, true)
      .required();
  add_one(commands, group, "restore",
          "Make a data directory (--data-dir, absent or empty) of a backup",
          "rounds backup restore /mnt/backups --data-dir ./restored", run_restore, true)
      .required();
}

}  // namespace rounds::tools
