// Commands that only read.
#include <algorithm>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "api/signature_json.hpp"
#include "api/store_json.hpp"
#include "tools/command_line.hpp"
#include "tools/commands.hpp"
#include "tools/views.hpp"

namespace rounds::tools {
namespace {

// All rows are held in memory, since a table is as wide as its widest cell: about 100 MB for these.
constexpr std::size_t max_rows = 100'000;

constexpr std::size_t default_similar = 5;

void add_limit(CLI::App& command, std::size_t& limit, std::size_t most) {
  command.add_option("--limit", limit, "How many to show")
      ->check(CLI::Range(std::size_t{1}, most))
      ->capture_default_str();
}

void add_signature_key(CLI::App& command, std::string& key) {
  command.add_option("ID", key, "Id or fingerprint of the signature")->required();
}

// The first `limit` signatures of `query`, following the pages. The sequence is that of the last.
Result<SignaturePage> list_all(Backend& backend, SignatureQuery query, std::size_t limit) {
  SignaturePage all;
  do {
    query.limit = std::min(limit - all.signatures.size(), limits::max_page_size);
    auto page = backend.list(query);
    if (!page) return page;
    std::ranges::move(page->signatures, std::back_inserter(all.signatures));
    all.next = page->next;
    all.sequence = page->sequence;
    query.after = page->next;
  } while (all.next && all.signatures.size() < limit);
  return all;
}

Result<HistoryPage> whole_history(Backend& backend, const SignatureId& id, std::size_t limit) {
  HistoryPage all;
  HistoryQuery query;
  do {
    query.limit = std::min(limit - all.events.size(), limits::max_page_size);
    auto page = backend.history(id, query);
    if (!page) return page;
    std::ranges::move(page->events, std::back_inserter(all.events));
    all.next = page->next;
    all.sequence = page->sequence;
    query.after = page->next.value_or(0);
  } while (all.next && all.events.size() < limit);
  return all;
}

Result<ExitCode> print_list(const Invocation& invocation, Backend& backend,
                            const SignatureQuery& query, std::size_t limit) {
  const auto page = list_all(backend, query, limit);
  if (!page) return std::unexpected(page.error());
  invocation.print(
      [&] { return api::page_to_json(*page); },
      [&] { return signatures_table(page->signatures, invocation.process().out_columns); });
  if (page->next) invocation.note("There are more; raise --limit to see them.");
  return ExitCode::fine;
}

struct ListOptions {
  std::string status;
  std::string service;
  std::string error_type;
  std::string tag;
  std::size_t limit = limits::default_page_size;
};

Result<ExitCode> run_list(const ListOptions& options, const Invocation& invocation,
                          Backend& backend) {
  SignatureQuery query;
  if (!options.status.empty()) {
    const auto status = parse_status(options.status);
    if (!status) return std::unexpected(status.error());
    query.status = *status;
  }
  if (!options.service.empty()) query.service = options.service;
  if (!options.error_type.empty()) query.error_type = options.error_type;
  if (!options.tag.empty()) query.tag = options.tag;
  return print_list(invocation, backend, query, options.limit);
}

void add_list(CommandLine& commands) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App& command =
      commands.add("list", "List signatures, the last seen first",
                   "rounds list --status new --service checkout --tag database --limit 20",
                   BackendAction([options](const Invocation& invocation, Backend& backend) {
                     return run_list(*options, invocation, backend);
                   }));
  std::vector<std::string> names;
  names.reserve(all_statuses.size());
  for (const Status status : all_statuses) names.emplace_back(to_string(status));
  command.add_option("--status", options->status, "Only those with this status")
      ->check(CLI::IsMember(names));
  command.add_option("--service", options->service, "Only those of this service");
  command.add_option("--error-type", options->error_type, "Only those of this error type");
  command.add_option("--tag", options->tag, "Only those with this tag");
  add_limit(command, options->limit, max_rows);
}

struct KeyOptions {
  std::string key;
  std::string as_of;  // empty: now
  std::size_t limit = 0;
};

Result<Signature> find_chosen(const KeyOptions& options, Backend& backend) {
  if (options.as_of.empty()) return find_signature(backend, options.key);
  const auto moment = parse_moment(options.as_of);
  if (!moment) return std::unexpected(moment.error());
  return find_signature_as_of(backend, options.key, *moment);
}

Result<ExitCode> run_show(const KeyOptions& options, const Invocation& invocation,
                          Backend& backend) {
  const auto signature = find_chosen(options, backend);
  if (!signature) return std::unexpected(signature.error());
  invocation.print([&] { return api::signature_to_json(*signature); },
                   [&] { return signature_sheet(*signature); });
  return ExitCode::fine;
}

void add_show(CommandLine& commands) {
  const auto options = std::make_shared<KeyOptions>();
  CLI::App& command =
      commands.add("show", "Show everything about one signature",
                   "rounds show 0190163d-8694-739b-aea5-966c26f8ad91 --as-of 2026-11-23T14:31:07Z",
                   BackendAction([options](const Invocation& invocation, Backend& backend) {
                     return run_show(*options, invocation, backend);
                   }));
  add_signature_key(command, options->key);
  add_moment(command, "--as-of", options->as_of,
             "As it was right behind this event of the log, or at this time (RFC 3339)");
}

Result<ExitCode> run_history(const KeyOptions& options, const Invocation& invocation,
                             Backend& backend) {
  const auto signature = find_signature(backend, options.key);
  if (!signature) return std::unexpected(signature.error());
  const auto page = whole_history(backend, signature->id, options.limit);
  if (!page) return std::unexpected(page.error());
  invocation.print([&] { return api::history_page_to_json(*page); },
                   [&] { return events_table(page->events, invocation.process().out_columns); });
  if (page->next) invocation.note("There are later events; raise --limit to see them.");
  return ExitCode::fine;
}

void add_history(CommandLine& commands) {
  const auto options = std::make_shared<KeyOptions>();
  options->limit = limits::default_page_size;
  CLI::App& command =
      commands.add("history", "List the events of one signature, the first one first",
                   "rounds history 0190163d-8694-739b-aea5-966c26f8ad91 --limit 100",
                   BackendAction([options](const Invocation& invocation, Backend& backend) {
                     return run_history(*options, invocation, backend);
                   }));
  add_signature_key(command, options->key);
  add_limit(command, options->limit, max_rows);
}

void add_pending(CommandLine& commands) {
  const auto limit = std::make_shared<std::size_t>(limits::default_page_size);
  CLI::App& command =
      commands.add("pending", "List the signatures that wait for an investigation (status new)",
                   "rounds pending --limit 10",
                   BackendAction([limit](const Invocation& invocation, Backend& backend) {
                     SignatureQuery query;
                     query.status = Status::new_;
                     return print_list(invocation, backend, query, *limit);
                   }));
  add_limit(command, *limit, max_rows);
}

Result<ExitCode> run_similar(const KeyOptions& options, const Invocation& invocation,
                             Backend& backend) {
  const auto signature = find_signature(backend, options.key);
  if (!signature) return std::unexpected(signature.error());
  const auto similar = backend.get_similar(signature->id, options.limit);
  if (!similar) return std::unexpected(similar.error());
  invocation.print([&] { return api::signatures_to_json(*similar); },
                   [&] { return signatures_table(*similar, invocation.process().out_columns); });
  return ExitCode::fine;
}

void add_similar(CommandLine& commands) {
  const auto options = std::make_shared<KeyOptions>();
  options->limit = default_similar;
  CLI::App& command =
      commands.add("similar", "List other signatures of the same service and error type",
                   "rounds similar 0190163d-8694-739b-aea5-966c26f8ad91",
                   BackendAction([options](const Invocation& invocation, Backend& backend) {
                     return run_similar(*options, invocation, backend);
                   }));
  add_signature_key(command, options->key);
  add_limit(command, options->limit, limits::max_page_size);
}

Result<ExitCode> run_stats(const std::string& as_of, const Invocation& invocation,
                           Backend& backend) {
  Result<StoreStats> stats;
  std::optional<Timestamp> now;  // none: they are of the past
  if (as_of.empty()) {
    stats = backend.get_stats();
    now = invocation.now();
  } else {
    const auto moment = parse_moment(as_of);
    if (!moment) return std::unexpected(moment.error());
    stats = backend.get_stats_as_of(*moment);
  }
  if (!stats) return std::unexpected(stats.error());
  invocation.print([&] { return api::stats_to_json(*stats, now); },
                   [&] { return stats_sheet(*stats, now); });
  return ExitCode::fine;
}

void add_stats(CommandLine& commands) {
  const auto as_of = std::make_shared<std::string>();
  CLI::App& command =
      commands.add("stats", "Show how many signatures there are, by status and by service",
                   "rounds stats --as-of 2026-11-23T14:31:07Z --json",
                   BackendAction([as_of](const Invocation& invocation, Backend& backend) {
                     return run_stats(*as_of, invocation, backend);
                   }));
  add_moment(command, "--as-of", *as_of,
             "As they were right behind this event of the log, or at this time (RFC 3339); reads "
             "the log up to there");
}

}  // namespace

void add_query_commands(CommandLine& commands) {
  add_list(commands);
  add_show(commands);
  add_history(commands);
  add_pending(commands);
  add_similar(commands);
  add_stats(commands);
}

}  // namespace rounds::tools
