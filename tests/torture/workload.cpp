#include "tests/torture/workload.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "eventlog/log_verifier.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

// Few, so that each has many events.
constexpr std::uint64_t fingerprints = 10;
constexpr std::uint64_t max_occurrences = 4;

// Keeps the files of the tests in memory where that is possible: none depends on a real disk, and
// thousands of syncs would take hours.
class FilesInMemory final : public testing::Environment {
 public:
  void SetUp() override {
    constexpr const char* memory = "/dev/shm";
    constexpr int keep_what_is_set = 0;
    // Before any thread: NOLINTNEXTLINE(concurrency-mt-unsafe)
    if (::access(memory, W_OK) == 0) ::setenv("TMPDIR", memory, keep_what_is_set);
  }
};
[[maybe_unused]] const testing::Environment* const files_in_memory =
    testing::AddGlobalTestEnvironment(new FilesInMemory);

bool has_failed(const Error& error) {
  return error.code == ErrorCode::io_error || error.code == ErrorCode::unavailable ||
         error.code == ErrorCode::corruption;
}

}  // namespace

std::uint64_t Workload::below(std::uint64_t end) {
  return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_);
}

bool Workload::step(SignatureStore& store) {
  return ids_.empty() || below(4) != 0 ? record(store) : execute(store);
}

bool Workload::record(SignatureStore& store) {
  std::vector<IdentifiedOccurrence> occurrences;
  std::map<std::string, std::uint64_t> counts;
  for (std::uint64_t i = 1 + below(max_occurrences); i > 0; --i) {
    const auto identity = make_identity(std::to_string(below(fingerprints)));
    ++counts[identity->fingerprint];
    const auto second = static_cast<std::int64_t>(below(10'000));
    occurrences.push_back(make_occurrence(identity, at_second(second)));
  }
  for (const auto& [fingerprint, count] : counts) note_(try_line(fingerprint, count));
  const auto commit = store.record(std::move(occurrences));
  if (!commit) return !has_failed(commit.error());
  for (const auto& [fingerprint, count] : counts) note_(ack_line(fingerprint, count));
  bool alive = true;
  for (const auto& [fingerprint, count] : counts) alive = note_state(store, fingerprint) && alive;
  return alive;
}

bool Workload::note_state(SignatureStore& store, const std::string& fingerprint) {
  const auto found = store.get_by_fingerprint(fingerprint);
  if (!found) return false;
  EXPECT_TRUE(*found) << fingerprint << " was acknowledged and is not seen";
  if (!*found) return true;
  note_(seen_line(**found));
  if (std::ranges::find(ids_, (*found)->id) == ids_.end()) ids_.push_back((*found)->id);
  return true;
}

bool Workload::execute(SignatureStore& store) {
  const SignatureId id = ids_[below(ids_.size())];
  const std::string tag = fmt::format("tag {}", below(5));
  const std::vector<Command> commands{
      ChangeTags{{tag}, {}}, ChangeTags{{}, {tag}},      Resolve{"a fix"}, Mute{},
      StartInvestigation{},  Diagnose{make_diagnosis()}, Retriage{}};
  const auto changed = store.execute(id, commands[below(commands.size())]);
  if (!changed) return !has_failed(changed.error());
  note_(seen_line(*changed));
  return true;
}

testing::AssertionResult is_sound(const std::filesystem::path& data_directory) {
  const auto log = verify_log_in(log_directory(data_directory), nullptr);
  if (!log) return testing::AssertionFailure() << log.error().message;
  if (!log->is_sound()) return testing::AssertionFailure() << log->damages.at(0).error.message;
  const auto projections = verify_projections(data_directory, {}, nullptr);
  if (!projections) return testing::AssertionFailure() << projections.error().message;
  if (projections->sequence != log->last_sequence) {
    return testing::AssertionFailure() << "the projections end with event " << projections->sequence
                                       << ", the log with " << log->last_sequence;
  }
  if (projections->is_equal()) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure() << "the projections differ from a fresh replay:";
  for (const ProjectionComparison& comparison : projections->projections) {
    for (const std::string& key : comparison.differing_keys) failure << "\n  " << key;
  }
  return failure;
}

testing::AssertionResult holds(SignatureStore& store, const Ledger& ledger) {
  const Inspection found = inspect(store, ledger);
  if (found.wrong.empty() && found.refused.empty()) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure();
  for (const std::string& text : found.wrong) failure << "\n  wrong: " << text;
  for (const std::string& text : found.refused) failure << "\n  refused: " << text;
  return failure;
}

void report(const std::string& test, std::uint64_t seed,
            const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  std::string line = fmt::format("torture {} seed={}", test, seed);
  for (const auto& [what, count] : counts) line += fmt::format(" {}={}", what, count);
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace rounds::test
