// What a store has acknowledged, kept outside of it, and whether it still holds all of that.
//
// The ledger is a list of lines, so that a process that will be killed can write it to a pipe:
//   try F N             N occurrences of fingerprint F are being submitted
//   ack F N             ... and were acknowledged
//   seen F ID V DIGEST  a query showed the signature ID of F at version V
// One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/signature_store.hpp"

namespace rounds::test {

class Ledger {
 public:
  // Notes one line. Lines that were cut off by a kill are ignored.
  void add(const std::string& line);

  struct Entry {
    std::uint64_t acknowledged = 0;  // occurrences
    std::uint64_t unsure = 0;        // submitted without an answer of success
    std::optional<SignatureId> id;   // of the newest state seen, with its version and digest
    Version version = 0;
    std::uint64_t digest = 0;
  };
  [[nodiscard]] const std::map<std::string, Entry>& entries() const { return entries_; }  // by F

 private:
  std::map<std::string, Entry> entries_;
};

[[nodiscard]] std::string try_line(const std::string& fingerprint, std::uint64_t count);
[[nodiscard]] std::string ack_line(const std::string& fingerprint, std::uint64_t count);
[[nodiscard]] std::string seen_line(const Signature& signature);

// Over every field: equal digests mean equal signatures.
[[nodiscard]] std::uint64_t digest_of(const Signature& signature);

struct Inspection {
  std::vector<std::string> wrong;    // answers that contradict the ledger
  std::vector<std::string> refused;  // queries that ended in an error
};

// Compares every answer of `store` with the ledger: each acknowledged occurrence is counted once,
// each state seen is what the history makes of its first events, and the present state of all of
// them. Occurrences that were submitted without success may be there or not.
[[nodiscard]] Inspection inspect(SignatureStore& store, const Ledger& ledger);

}  // namespace rounds::test
