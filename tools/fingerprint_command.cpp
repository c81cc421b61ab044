// rounds fingerprint: what the rules make of occurrences, for checking and for other stores.
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "api/json_reader.hpp"
#include "api/json_text.hpp"
#include "core/fingerprint.hpp"
#include "core/limits.hpp"
#include "ingest/grouping.hpp"
#include "ingest/stack_trace.hpp"
#include "tools/commands.hpp"
#include "tools/line_reader.hpp"
#include "tools/table.hpp"

namespace rounds::tools {
namespace {

struct FingerprintOptions {
  std::string rules;  // empty: those of the settings
  std::vector<std::string> grouping_rules;
  bool explain = false;
};

Result<StackFrame> frame_from_json(const boost::json::value& value) {
  api::ObjectReader reader(value, "the frame");
  StackFrame frame;
  frame.module = reader.optional_text("module").value_or(std::string{});
  frame.function = reader.optional_text("function").value_or(std::string{});
  frame.filename = reader.optional_text("filename").value_or(std::string{});
  if (auto valid = reader.finish(api::UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return frame;
}

Result<Occurrence> occurrence_from_json(const boost::json::value& line) {
  api::ObjectReader reader(line, "the line");
  Occurrence occurrence;
  occurrence.error_type = reader.text("error_type");
  occurrence.service = reader.text("service");
  // Ingestion cuts messages as well: the answer is the fingerprint that the store would find.
  occurrence.message = truncate_utf8(reader.text("message"), limits::max_message_bytes);
  const auto language = reader.optional_text("language").value_or(std::string{});
  if (const auto stack_trace = reader.optional_text("stack_trace")) {
    take_stack_trace(occurrence, *stack_trace, language);
  }
  if (reader.optional_value("frames") != nullptr) {
    occurrence.frames = reader.list("frames", frame_from_json);
    if (!language.empty()) occurrence.language = language_of_name(language);
  }
  if (auto valid = reader.finish(api::UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return occurrence;
}

// Without rules of the configuration, v1 looks at four things and at all of each.
FingerprintExplanation explain_v1(const Occurrence& occurrence) {
  FingerprintExplanation explanation{*make_identity_of(occurrence, FingerprintRules::v1), {}};
  const auto add = [&](std::string_view part, std::string_view value, std::string_view reason) {
    explanation.parts.push_back({std::string(part), std::string(value), true, std::string(reason)});
  };
  add("type", occurrence.error_type, "as reported");
  add("service", occurrence.service, "each service has its own failures");
  add("message", explanation.identity.message_template, "without its variable parts");
  for (const StackFrame& frame : occurrence.frames) {
    add("frame", frame.module + "::" + frame.function, "all frames count, in their order");
  }
  return explanation;
}

boost::json::array parts_to_json(const std::vector<FingerprintPart>& parts) {
  boost::json::array array;
  for (const FingerprintPart& part : parts) {
    array.push_back(boost::json::object{{"part", part.part},
                                        {"value", api::json_string(part.value)},
                                        {"counts", part.counts},
                                        {"reason", part.reason}});
  }
  return array;
}

std::string parts_to_table(const std::vector<FingerprintPart>& parts,
                           std::size_t terminal_columns) {
  Table table({{"COUNTS"}, {"PART"}, {"VALUE", Align::left, true}, {"WHY", Align::left, true}});
  for (const FingerprintPart& part : parts) {
    table.add_row({part.counts ? "yes" : "no", part.part, part.value, part.reason});
  }
  return table.to_text(terminal_columns);
}

class FingerprintRun {
 public:
  FingerprintRun(const Grouping& grouping, bool explain, const Invocation& invocation)
      : grouping_(grouping), explain_(explain), invocation_(invocation) {}

  // Answers one line. Errors: invalid_argument says what is wrong with it.
  [[nodiscard]] Result<std::string> answer(std::string_view line) const {
    auto value = api::parse_json(line, "the line");
    if (!value) return std::unexpected(std::move(value.error()));
    auto occurrence = occurrence_from_json(*value);
    if (!occurrence) return std::unexpected(std::move(occurrence.error()));
    grouping_.apply_rules(*occurrence);
    if (!explain_) {
      add_identity(*make_identity_of(*occurrence, grouping_.rules()), *value);
      return api::to_text(*value) + '\n';
    }
    const FingerprintExplanation explanation = grouping_.rules() == FingerprintRules::v1
                                                   ? explain_v1(*occurrence)
                                                   : explain_v2(*occurrence);
    if (!invocation_.json()) {
      return fmt::format("{}\n{}\n", explanation.identity.fingerprint,
                         parts_to_table(explanation.parts, invocation_.process().out_columns));
    }
    add_identity(explanation.identity, *value);
    value->as_object()["parts"] = parts_to_json(explanation.parts);
    return api::to_text(*value) + '\n';
  }

 private:
  // The other members stay as they are and where they are.
  static void add_identity(const SignatureIdentity& identity, boost::json::value& line) {
    boost::json::object& object = line.as_object();
    object["template"] = api::json_string(identity.message_template);
    object["stack_hash"] = api::json_string(identity.stack_hash);
    object["fingerprint"] = api::json_string(identity.fingerprint);
  }

  const Grouping& grouping_;
  bool explain_;
  const Invocation& invocation_;
};

// What the command line says, else the settings. Rules of the settings belong to their version.
Result<Grouping> grouping_of(const FingerprintOptions& options, const Invocation& invocation) {
  auto settings = find_grouping(invocation.location(), invocation.process());
  if (!settings || (options.rules.empty() && options.grouping_rules.empty())) return settings;
  FingerprintRules rules = default_fingerprint_rules;
  if (!options.rules.empty()) {
    const auto parsed = parse_fingerprint_rules(options.rules);
    if (!parsed) return std::unexpected(parsed.error());
    rules = *parsed;
  }
  return Grouping::make(rules, options.grouping_rules, settings->scrubbing());
}

Result<ExitCode> run_fingerprint(const FingerprintOptions& options, const Invocation& invocation) {
  const auto grouping = grouping_of(options, invocation);
  if (!grouping) return std::unexpected(grouping.error());
  const FingerprintRun run(*grouping, options.explain, invocation);
  Process& process = invocation.process();
  LineReader lines(process.in);
  bool all_sound = true;
  while (lines.next()) {
    const auto line = lines.line();
    const auto answer = line ? run.answer(*line) : std::unexpected(line.error());
    if (answer) {
      process.out << *answer;
    } else {
      all_sound = false;
      report(process.err, program_name,
             answer.error().with_context(fmt::format("standard input:{}", lines.number())));
    }
  }
  const auto finished = lines.finish();
  if (!finished) return std::unexpected(finished.error().with_context("standard input"));
  return all_sound ? ExitCode::fine : ExitCode::refused;
}

}  // namespace

void add_fingerprint_command(CommandLine& commands) {
  const auto options = std::make_shared<FingerprintOptions>();
  CLI::App& command = commands.add(
      "fingerprint",
      "Add template, stack_hash and fingerprint to each line of JSON on the standard input",
      R"(echo '{"error_type": "E", "service": "shop", "message": "user 1234", "frames": []}')"
      " | rounds fingerprint --explain\n"
      "A line has error_type, service and message, and frames (each with module, function and\n"
      "filename) or stack_trace (a text), and the language, if it is known.",
      Action([options](const Invocation& invocation) {
        return run_fingerprint(*options, invocation);
      }));
  command
      .add_option("--rules", options->rules,
                  "The version of the rules (default: that of the settings, else v2)")
      ->check(CLI::IsMember({"v1", "v2"}));
  command
      .add_option("--grouping-rule", options->grouping_rules,
                  "A rule to try, in place of those of the settings; may be repeated")
      ->allow_extra_args(false);
  command.add_flag("--explain", options->explain,
                   "Show which parts counted and why: a table, or the member parts with --json");
}

}  // namespace rounds::tools
