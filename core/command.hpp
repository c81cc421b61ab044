// Commands: what callers ask of a store. The lifecycle (core/lifecycle.hpp) answers with events.
//
// Values: usable from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/event.hpp"
#include "core/ids.hpp"
#include "core/occurrence.hpp"
#include "core/signature.hpp"

namespace rounds {

struct StartInvestigation {};

struct RevertInvestigation {};

struct Diagnose {
  Diagnosis diagnosis;
};

struct Resolve {
  std::optional<std::string> fix;        // what was done
  std::optional<std::string> release{};  // the release that has the fix: a version, tag or commit
};

struct Mute {};

struct Retriage {};

// Error recovery of a failed re-investigation.
struct Restore {
  Status status = Status::new_;
  std::optional<Diagnosis> diagnosis;
};

// Tags to remove are removed first; a tag in both lists is present afterwards.
struct ChangeTags {
  std::vector<std::string> add;
  std::vector<std::string> remove;
};

// A command on a signature that exists.
using Command = std::variant<StartInvestigation, RevertInvestigation, Diagnose, Resolve, Mute,
                             Retriage, Restore, ChangeTags>;

// The name for messages: "start investigation".
[[nodiscard]] std::string_view command_name(const Command& command);

// Whether the answer waits for the disk.
enum class Durability : std::uint8_t {
  synced,    // the events are fsynced before the caller hears of success
  buffered,  // the events survive a killed process, but not a power cut
};

// What travels with a command besides its own arguments.
struct CommandContext {
  Provenance provenance;
  std::optional<Version> expected_version;  // of the signature; a mismatch is a conflict
  Durability durability = Durability::synced;
};

// Checks the length of the texts. Errors: invalid_argument names the field.
[[nodiscard]] Result<void> validate(const CommandContext& context);

// Checks what can be told without the signature: diagnosis, fix, release and tags are sound and
// within limits. Errors: invalid_argument names the field.
[[nodiscard]] Result<void> validate(const Command& command);

}  // namespace rounds
