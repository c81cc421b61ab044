#include "api/command_json.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/json_reader.hpp"
#include "api/json_text.hpp"
#include "api/signature_json.hpp"
#include "core/check.hpp"
#include "core/utf8.hpp"

namespace rounds::api {
namespace {

CommandContext read_context(ObjectReader& reader) {
  CommandContext context;
  context.provenance.actor = reader.optional_text("actor").value_or(std::string{});
  context.provenance.reason = reader.optional_text("reason").value_or(std::string{});
  context.provenance.request_id = reader.optional_text("request_id").value_or(std::string{});
  context.expected_version = reader.optional_count("expected_version");
  return context;
}

Diagnose read_diagnose(ObjectReader& reader, Timestamp now) {
  const boost::json::value* value = reader.optional_value("diagnosis");
  if (value == nullptr) {
    reader.keep({ErrorCode::invalid_argument, "the request body lacks \"diagnosis\""});
    return {};
  }
  auto diagnosis = diagnosis_from_json(*value, now);
  if (diagnosis) return {std::move(*diagnosis)};
  reader.keep(std::move(diagnosis.error()));
  return {};
}

ChangeTags read_tags(ObjectReader& reader) {
  auto add = reader.optional_texts("add");
  auto remove = reader.optional_texts("remove");
  if (!add && !remove) {
    reader.keep({ErrorCode::invalid_argument,
                 "the request body lacks \"add\" and \"remove\"; give at least one of them"});
  }
  return {add.value_or(std::vector<std::string>{}), remove.value_or(std::vector<std::string>{})};
}

// `name` is one of command_names.
Command read_command(std::string_view name, ObjectReader& reader, Timestamp now) {
  if (name == "investigate") return StartInvestigation{};
  if (name == "revert") return RevertInvestigation{};
  if (name == "diagnose") return read_diagnose(reader, now);
  if (name == "resolve") {
    return Resolve{reader.optional_text("fix"), reader.optional_text("release")};
  }
  if (name == "mute") return Mute{};
  if (name == "retriage") return Retriage{};
  ROUNDS_CHECK(name == "tags", "command_names and read_command list the same commands");
  return read_tags(reader);
}

void add_unless_empty(boost::json::object& object, std::string_view name, std::string_view text) {
  if (!text.empty()) object[name] = json_string(text);
}

}  // namespace

Result<CommandRequest> command_from_json(std::string_view name, const boost::json::value& body,
                                         Timestamp now) {
  if (std::ranges::find(command_names, name) == command_names.end()) {
    return fail(ErrorCode::not_found, fmt::format("there is no command \"{}\"; use one of {}",
                                                  excerpt(name), fmt::join(command_names, ", ")));
  }
  ObjectReader reader(body, "the request body");
  CommandRequest request;
  request.context = read_context(reader);
  request.command = read_command(name, reader, now);
  if (auto valid = reader.finish(UnknownMembers::refuse); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return request;
}

boost::json::object command_to_json(const CommandRequest& request) {
  ROUNDS_CHECK(!std::holds_alternative<Restore>(request.command), "a restore has no JSON body");
  boost::json::object object;
  const Provenance& provenance = request.context.provenance;
  add_unless_empty(object, "actor", provenance.actor);
  add_unless_empty(object, "reason", provenance.reason);
  add_unless_empty(object, "request_id", provenance.request_id);
  if (request.context.expected_version) {
    object["expected_version"] = *request.context.expected_version;
  }
  if (const auto* diagnose = std::get_if<Diagnose>(&request.command)) {
    object["diagnosis"] = diagnosis_to_json(diagnose->diagnosis);
  } else if (const auto* resolve = std::get_if<Resolve>(&request.command)) {
    if (resolve->fix) object["fix"] = json_string(*resolve->fix);
    if (resolve->release) object["release"] = json_string(*resolve->release);
  } else if (const auto* tags = std::get_if<ChangeTags>(&request.command)) {
    object["add"] = json_strings(tags->add);
    object["remove"] = json_strings(tags->remove);
  }
  return object;
}

}  // namespace rounds::api
