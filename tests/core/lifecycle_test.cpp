// The table of the lifecycle: every command in every status.
#include "core/lifecycle.hpp"

#include <array>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "tests/core/lifecycle_support.hpp"
#include "tests/support/samples.hpp"

namespace rounds {
namespace {

using testing::HasSubstr;

enum class DiagnosisAfter { kept, cleared, the_commands };

struct Outcome {
  Status status;
  DiagnosisAfter diagnosis;
};

using Cell = std::optional<Outcome>;  // none: refused

struct Row {
  std::string name;  // of the test case
  Command command;
  std::string event;                           // the kind that an allowed command causes
  std::array<Cell, all_statuses.size()> from;  // in the order of all_statuses
};

constexpr Cell refused;
constexpr Cell to_new = Outcome{Status::new_, DiagnosisAfter::kept};
constexpr Cell to_investigating = Outcome{Status::investigating, DiagnosisAfter::kept};
constexpr Cell to_diagnosed = Outcome{Status::diagnosed, DiagnosisAfter::the_commands};
constexpr Cell to_resolved = Outcome{Status::resolved, DiagnosisAfter::kept};
constexpr Cell to_muted = Outcome{Status::muted, DiagnosisAfter::kept};
constexpr Cell to_new_cleared = Outcome{Status::new_, DiagnosisAfter::cleared};

std::array<Cell, 5> always(Outcome outcome) {
  return {outcome, outcome, outcome, outcome, outcome};
}

const std::string command_diagnosis = "the command's own";

// "New", for names of test cases.
std::string title(Status status) {
  std::string name(to_string(status));
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::vector<Row> table() {
  const Diagnosis own = test::make_diagnosis(command_diagnosis);
  // From NEW, INVESTIGATING, DIAGNOSED, RESOLVED and MUTED.
  std::vector<Row> rows{
      {"Investigate",
       StartInvestigation{},
       "investigation_started",
       {to_investigating, to_investigating, refused, refused, refused}},
      {"Revert",
       RevertInvestigation{},
       "investigation_reverted",
       {refused, to_new, refused, refused, refused}},
      {"Diagnose",
       Diagnose{own},
       "signature_diagnosed",
       {to_diagnosed, to_diagnosed, to_diagnosed, refused, refused}},
      {"Resolve",
       Resolve{"raised the pool size"},
       "signature_resolved",
       {to_resolved, to_resolved, to_resolved, refused, to_resolved}},
      {"Mute", Mute{}, "signature_muted", {to_muted, to_muted, to_muted, to_muted, refused}},
      {"Retriage", Retriage{}, "signature_retriaged", always(*to_new_cleared)},
  };
  for (const Status status : all_statuses) {
    const std::string name = "RestoreTo" + title(status);
    rows.push_back({name, Restore{status, std::nullopt}, "signature_restored",
                    always({status, DiagnosisAfter::cleared})});
    rows.push_back({name + "WithDiagnosis", Restore{status, own}, "signature_restored",
                    always({status, DiagnosisAfter::the_commands})});
  }
  return rows;
}

struct Case {
  std::string name;
  Command command;
  std::string event;
  Status from;
  Cell expected;
};

void PrintTo(const Case& test_case, std::ostream* out) {
  *out << test_case.name;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Row& row : table()) {
    for (std::size_t i = 0; i < all_statuses.size(); ++i) {
      const Status from = all_statuses[i];
      all.push_back({row.name + "From" + title(from), row.command, row.event, from, row.from[i]});
    }
  }
  return all;
}

class LifecycleTable : public testing::TestWithParam<Case> {};

// Everything that the command must not touch stays, which the comparison of the whole shows.
Signature expected_state(const Signature& before, Outcome outcome, Timestamp time) {
  Signature after = before;
  after.status = outcome.status;
  if (outcome.status != Status::resolved) {
    after.resolved_at.reset();
  } else if (before.status != Status::resolved) {
    after.resolved_at = time;
  }
  if (outcome.diagnosis == DiagnosisAfter::cleared) after.diagnosis = nullptr;
  if (outcome.diagnosis == DiagnosisAfter::the_commands) {
    after.diagnosis = test::share_diagnosis(command_diagnosis);
  }
  ++after.version;
  ++after.last_sequence;
  return after;
}

TEST_P(LifecycleTable, AllowsOrRefuses) {
  const Case& test_case = GetParam();
  for (const auto& diagnosis : {test::share_diagnosis("an earlier one"), {}}) {
    const Signature before = test::make_signature(test_case.from, diagnosis);
    const auto events = decide(before, test_case.command);
    if (!test_case.expected) {
      ASSERT_FALSE(events);
      EXPECT_EQ(events.error().code, ErrorCode::refused);
      EXPECT_THAT(events.error().message, HasSubstr(before.id.to_string()));
      EXPECT_THAT(events.error().message, HasSubstr(std::string(to_string(test_case.from))));
      EXPECT_THAT(events.error().message,
                  HasSubstr('"' + std::string(command_name(test_case.command)) + '"'));
      continue;
    }
    ASSERT_TRUE(events) << events.error().message;
    EXPECT_EQ(test::kinds(*events), std::vector{test_case.event});
    const Timestamp time = test::at_second(50);
    EXPECT_EQ(test::fold(before, *events, time), expected_state(before, *test_case.expected, time));
  }
}

INSTANTIATE_TEST_SUITE_P(EveryCommandInEveryStatus, LifecycleTable, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

TEST(Lifecycle, KeepsTheFixOfAResolution) {
  const Signature state = test::make_signature(Status::diagnosed, nullptr);
  EXPECT_EQ(decide(state, Resolve{"more memory"}),
            (std::vector<EventPayload>{SignatureResolved{"more memory"}}));
  EXPECT_EQ(decide(state, Resolve{}), (std::vector<EventPayload>{SignatureResolved{}}));
  EXPECT_EQ(decide(state, Resolve{"more memory", "2.4.1"}),
            (std::vector<EventPayload>{SignatureResolved{"more memory", "2.4.1"}}));
}

TEST(Lifecycle, KeepsTheTimeOfTheResolutionWhenARestoreChangesNothingButTheDiagnosis) {
  const Signature state = test::make_signature(Status::resolved, nullptr);
  const auto events = decide(state, Restore{Status::resolved, test::make_diagnosis("better")});
  ASSERT_TRUE(events);
  EXPECT_EQ(test::fold(state, *events, test::at_second(99)).resolved_at, state.resolved_at);
}

TEST(Lifecycle, RefusesArgumentsOverTheLimits) {
  const Signature state = test::make_signature(Status::new_, nullptr);
  Diagnosis costly = test::make_diagnosis();
  costly.cost_usd = -0.01;
  const std::string long_fix(limits::max_context_text_bytes + 1, 'x');
  const std::string long_release(limits::max_release_bytes + 1, 'x');
  for (const Command& command :
       {Command{Diagnose{costly}}, Command{Restore{Status::new_, costly}},
        Command{Resolve{long_fix}}, Command{Resolve{{}, ""}}, Command{Resolve{{}, long_release}}}) {
    const auto events = decide(state, command);
    ASSERT_FALSE(events) << command_name(command);
    EXPECT_EQ(events.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_TRUE(decide(state, Resolve{long_fix.substr(1)}));
}

TEST(Lifecycle, RefusesMoreTagsThanASignatureHolds) {
  const Signature state = test::make_signature(Status::new_, nullptr);
  const std::vector<std::string> many(limits::max_tags + 1, "tag");
  EXPECT_EQ(decide(state, ChangeTags{many, {}}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(decide(state, ChangeTags{{}, many}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(decide(state, ChangeTags{{}, {""}}).error().code, ErrorCode::invalid_argument);
}

TEST(Lifecycle, TellsOfMalformedArgumentsWhateverTheStatus) {
  Diagnosis costly = test::make_diagnosis();
  costly.cost_usd = -0.01;
  const auto events = decide(test::make_signature(Status::muted, nullptr), Diagnose{costly});
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace rounds
