#include "core/command.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/limits.hpp"

namespace rounds {

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

}  // namespace rounds
