// Salvage of a damaged store: what is sound of its log becomes the log of a new store, and what is
// left out is named. docs/decisions/0010-salvage.md says what is kept and why.
//
// Works on the calling thread, may take long, and never writes to the damaged store. No store
// should have it open: what it appends meanwhile may be left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "eventlog/log_verifier.hpp"

namespace rounds {

// Events `first` to `last` of the damaged log.
struct SequenceRange {
  Sequence first = 0;
  Sequence last = 0;

  friend bool operator==(const SequenceRange&, const SequenceRange&) = default;
};

// A signature that is not in the new store as it was: it ends with an earlier version.
struct IncompleteSignature {
  SignatureId id;
  Version kept = 0;              // versions 1 to this; 0: it is not in the new store
  Version known = 0;             // it had reached this one at least
  std::uint64_t unreadable = 0;  // versions that are lost; the others behind `kept` follow a gap

  friend bool operator==(const IncompleteSignature&, const IncompleteSignature&) = default;
};

struct SalvageReport {
  LogVerification log;  // the damaged one
  // Why the log could not be read where it is, but from a repaired copy; none: it could.
  std::optional<Error> copied_because;

  std::uint64_t kept_event_count = 0;   // the new log has these, with sequences from 1 on
  std::uint64_t known_event_count = 0;  // the damaged one had so many at least
  std::vector<SequenceRange> left_out;  // in order; all of them
  std::vector<IncompleteSignature> incomplete_signatures;  // in the order of their ids; all of them
  // Events that are lost without a trace of whose they were.
  std::uint64_t unattributed_event_count = 0;

  // The rows of the damaged store tell which signatures had further events; as of this event.
  Sequence projections_sequence = 0;
  std::optional<Error> projections_unread;  // why they could not tell, or not all

  [[nodiscard]] bool is_complete() const { return left_out.empty(); }
};

// Copies what is sound of the store in `data_directory` into a new store in `target`, which must be
// absent or empty and outside of the damaged one. It appears there once it is complete; a directory
// beside it (`target` and ".incomplete") holds it until then, and replaces one that an interrupted
// salvage left. Errors: invalid_argument for such a target; data_missing; unsupported if events are
// of a newer release; corruption if nothing of the log can be opened; io_error. After an error
// there is no `target`.
[[nodiscard]] Result<SalvageReport> salvage_store(const std::filesystem::path& data_directory,
                                                  const std::filesystem::path& target,
                                                  const VerifyProgress& progress);

}  // namespace rounds
