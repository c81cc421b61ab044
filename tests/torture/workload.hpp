// Random work on a store that notes in a ledger what was acknowledged, and what every torture test
// does before and after.
//
// One thread at a time. The same seed on the same store gives the same submissions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/signature_store.hpp"
#include "tests/torture/ledger.hpp"

namespace rounds::test {

class Workload {
 public:
  using Note = std::function<void(const std::string& line)>;

  // `note` takes the lines of the ledger, each before the next thing happens.
  Workload(std::uint64_t seed, Note note) : random_(seed), note_(std::move(note)) {}

  // Submits one thing and waits for it. False if the store failed at it: io_error, unavailable or
  // corruption. Refusals are part of the work.
  bool step(SignatureStore& store);

  // A number from 0 to `end` - 1.
  [[nodiscard]] std::uint64_t below(std::uint64_t end);

  [[nodiscard]] std::mt19937_64& random() { return random_; }

 private:
  bool record(SignatureStore& store);
  bool execute(SignatureStore& store);
  bool note_state(SignatureStore& store, const std::string& fingerprint);

  std::mt19937_64 random_;
  Note note_;
  std::vector<SignatureId> ids_;
};

// The log in the data directory is whole, and its projections are what a fresh replay makes of all
// of it. A store must have closed it.
[[nodiscard]] testing::AssertionResult is_sound(const std::filesystem::path& data_directory);

// Nothing contradicts the ledger and every query is answered.
[[nodiscard]] testing::AssertionResult holds(SignatureStore& store, const Ledger& ledger);

// Prints one line that scripts/torture turns into a row of its table: what was done how often, and
// how often each outcome came of it.
void report(const std::string& test, std::uint64_t seed,
            const std::vector<std::pair<std::string, std::uint64_t>>& counts);

}  // namespace rounds::test
