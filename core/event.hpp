// Events: immutable facts about one signature, the only truth of the store.
//
// One struct per kind, and the envelope that every event travels in. Their bytes on disk are
// schema/event.fbs; the kinds here and there correspond one to one. Values: usable from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "core/occurrence.hpp"
#include "core/signature.hpp"
#include "core/time.hpp"

namespace rounds {

// The first occurrences of a failure never seen before: creates the signature, status NEW.
struct SignatureDetected {
  std::shared_ptr<const SignatureIdentity> identity;  // never null
  OccurrenceSummary occurrences;
  FingerprintAliases aliases{};  // that it answers to as well; since schema version 3

  friend bool operator==(const SignatureDetected& left, const SignatureDetected& right) {
    return *left.identity == *right.identity && left.occurrences == right.occurrences &&
           left.aliases == right.aliases;
  }
};

// Further occurrences. Never changes the status.
struct OccurrencesRecorded {
  OccurrenceSummary occurrences;
  friend bool operator==(const OccurrencesRecorded&, const OccurrencesRecorded&) = default;
};

// A resolved signature occurred again after its resolution: status NEW, the diagnosis is kept.
struct SignatureRegressed {
  friend bool operator==(const SignatureRegressed&, const SignatureRegressed&) = default;
};

struct InvestigationStarted {
  friend bool operator==(const InvestigationStarted&, const InvestigationStarted&) = default;
};

struct InvestigationReverted {
  friend bool operator==(const InvestigationReverted&, const InvestigationReverted&) = default;
};

struct SignatureDiagnosed {
  std::shared_ptr<const Diagnosis> diagnosis;  // never null

  friend bool operator==(const SignatureDiagnosed& left, const SignatureDiagnosed& right) {
    return *left.diagnosis == *right.diagnosis;
  }
};

struct SignatureResolved {
  std::optional<std::string> fix;        // what was done
  std::optional<std::string> release{};  // the release that has the fix; since schema version 2
  friend bool operator==(const SignatureResolved&, const SignatureResolved&) = default;
};

struct SignatureMuted {
  friend bool operator==(const SignatureMuted&, const SignatureMuted&) = default;
};

// Back to NEW; the diagnosis is cleared.
struct SignatureRetriaged {
  friend bool operator==(const SignatureRetriaged&, const SignatureRetriaged&) = default;
};

// Put into the given state, whatever it was: recovery of a failed re-investigation, or a save.
struct SignatureRestored {
  Status status = Status::new_;
  std::shared_ptr<const Diagnosis> diagnosis;  // null: none

  friend bool operator==(const SignatureRestored& left, const SignatureRestored& right) {
    const bool same = left.diagnosis == right.diagnosis ||
                      (left.diagnosis && right.diagnosis && *left.diagnosis == *right.diagnosis);
    return left.status == right.status && same;
  }
};

// What really changed: tags added were absent, tags removed were present. Both sorted.
struct TagsChanged {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  friend bool operator==(const TagsChanged&, const TagsChanged&) = default;
};

// Taken over whole from another store: creates the signature as given.
struct SignatureImported {
  // Its version and last_sequence are 0: the envelope has them.
  Signature signature;
  friend bool operator==(const SignatureImported&, const SignatureImported&) = default;
};

// The signature answers to these fingerprints as well from now on, which no signature had. Since
// schema version 3.
struct FingerprintsAdded {
  FingerprintAliases fingerprints;
  friend bool operator==(const FingerprintsAdded&, const FingerprintsAdded&) = default;
};

using EventPayload =
    std::variant<SignatureDetected, OccurrencesRecorded, SignatureRegressed, InvestigationStarted,
                 InvestigationReverted, SignatureDiagnosed, SignatureResolved, SignatureMuted,
                 SignatureRetriaged, SignatureRestored, TagsChanged, SignatureImported,
                 FingerprintsAdded>;

// The stable name of the kind, as in JSON: "signature_detected".
[[nodiscard]] std::string_view kind_name(const EventPayload& payload);

// Who did it, why, and under which request. Each may be empty.
struct Provenance {
  std::string actor;
  std::string reason;
  std::string request_id;

  friend bool operator==(const Provenance&, const Provenance&) = default;
};

struct Event {
  Sequence sequence = 0;
  SignatureId signature_id;
  Version version = 0;
  Timestamp time{};  // of the commit; never decreases along the log
  Provenance provenance;
  EventPayload payload;

  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace rounds
