#include "core/command.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/limits.hpp"

namespace rounds {
namespace {

Result<void> validate_tags(const ChangeTags& command) {
  for (const std::vector<std::string>* tags : {&command.add, &command.remove}) {
    if (tags->size() > limits::max_tags) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{} tags to add or to remove; the limit is {}", tags->size(),
                              limits::max_tags));
    }
    for (const std::string& tag : *tags) {
      if (auto valid = validate_tag(tag); !valid) return valid;
    }
  }
  return {};
}

Result<void> validate_resolve(const Resolve& command) {
  if (command.fix && command.fix->size() > limits::max_context_text_bytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("fix has {} bytes; the limit is {}", command.fix->size(),
                            limits::max_context_text_bytes));
  }
  if (!command.release) return {};
  if (command.release->empty()) {
    return fail(ErrorCode::invalid_argument, "release is empty; name one or leave it out");
  }
  if (command.release->size() > limits::max_release_bytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("release has {} bytes; the limit is {}", command.release->size(),
                            limits::max_release_bytes));
  }
  return {};
}

}  // namespace

std::string_view command_name(const Command& command) {
  // In the order of the alternatives of Command.
  static constexpr std::array<std::string_view, std::variant_size_v<Command>> names{
      "start investigation",
      "revert investigation",
      "diagnose",
      "resolve",
      "mute",
      "retriage",
      "restore",
      "change tags"};
  return names[command.index()];
}

Result<void> validate(const CommandContext& context) {
  const std::array<std::pair<std::string_view, const std::string*>, 3> fields{{
      {"actor", &context.provenance.actor},
      {"reason", &context.provenance.reason},
      {"request_id", &context.provenance.request_id},
  }};
  for (const auto& [name, value] : fields) {
    if (value->size() > limits::max_context_text_bytes) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{} has {} bytes; the limit is {}", name, value->size(),
                              limits::max_context_text_bytes));
    }
  }
  return {};
}

Result<void> validate(const Command& command) {
  if (const auto* diagnose = std::get_if<Diagnose>(&command)) return validate(diagnose->diagnosis);
  if (const auto* restore = std::get_if<Restore>(&command)) {
    return restore->diagnosis ? validate(*restore->diagnosis) : Result<void>{};
  }
  if (const auto* tags = std::get_if<ChangeTags>(&command)) return validate_tags(*tags);
  if (const auto* resolve = std::get_if<Resolve>(&command)) return validate_resolve(*resolve);
  return {};
}

}  // namespace rounds
