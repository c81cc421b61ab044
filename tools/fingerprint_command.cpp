// rounds fingerprint: what the rules make of occurrences, for checking and for other stores.
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "api/json_reader.hpp"
#include "api/json_text.hpp"
#include "core/fingerprint.hpp"
#include "core/limits.hpp"
#include "tools/commands.hpp"
#include "tools/line_reader.hpp"

namespace rounds::tools {
namespace {

using Rules = decltype(&identify_v1);

const std::map<std::string, Rules> all_rules{{"v1", identify_v1}};

Result<StackFrame> frame_from_json(const boost::json::value& value) {
  api::ObjectReader reader(value, "the frame");
  StackFrame frame;
  frame.module = reader.optional_text("module").value_or(std::string{});
  frame.function = reader.optional_text("function").value_or(std::string{});
  if (auto valid = reader.finish(api::UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return frame;
}

Result<SignatureIdentity> identity_of(const boost::json::value& line, Rules rules) {
  api::ObjectReader reader(line, "the line");
  const std::string error_type = reader.text("error_type");
  const std::string service = reader.text("service");
  const std::string message = reader.text("message");
  std::vector<StackFrame> frames;
  if (reader.optional_value("frames") != nullptr) frames = reader.list("frames", frame_from_json);
  if (auto valid = reader.finish(api::UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  // Ingestion cuts messages as well: the answer is the fingerprint that the store would find.
  return rules(error_type, service, truncate_utf8(message, limits::max_message_bytes), frames);
}

// The line with its fingerprint; other members stay as they are and where they are.
Result<std::string> add_fingerprint(std::string_view line, Rules rules) {
  auto value = api::parse_json(line, "the line");
  if (!value) return std::unexpected(std::move(value.error()));
  const auto identity = identity_of(*value, rules);
  if (!identity) return std::unexpected(identity.error());
  boost::json::object& object = value->as_object();
  object["template"] = api::json_string(identity->message_template);
  object["stack_hash"] = api::json_string(identity->stack_hash);
  object["fingerprint"] = api::json_string(identity->fingerprint);
  return api::to_text(*value);
}

Result<ExitCode> run_fingerprint(Rules rules, const Invocation& invocation) {
  Process& process = invocation.process();
  LineReader lines(process.in);
  bool all_sound = true;
  while (lines.next()) {
    const auto line = lines.line();
    const auto answer = line ? add_fingerprint(*line, rules) : std::unexpected(line.error());
    if (answer) {
      process.out << *answer << '\n';
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
  const auto rules = std::make_shared<std::string>("v1");
  CLI::App& command = commands.add(
      "fingerprint",
      "Add template, stack_hash and fingerprint to each line of JSON on the standard input",
      R"(echo '{"error_type": "E", "service": "shop", "message": "user 1234", "frames": []}')"
      " | rounds fingerprint",
      Action([rules](const Invocation& invocation) {
        return run_fingerprint(all_rules.at(*rules), invocation);
      }));
  command.add_option("--rules", *rules, "The version of the rules")
      ->check(CLI::IsMember(all_rules))
      ->capture_default_str();
}

}  // namespace rounds::tools
