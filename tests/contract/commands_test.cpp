// Lifecycle commands: what is allowed, what they lead to, and that refusals write nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

class Commands : public ContractTest {
 protected:
  SignatureId create_in(Status status, const std::string& name) {
    return bring_to(record(make_identity(name), 10).id, status).id;
  }
};
ROUNDS_ON_EVERY_STORE(Commands);

constexpr std::optional<Status> refused = std::nullopt;

// The lifecycle as the documentation tabulates it: where a command leads from each status.
struct Transition {
  Command command;
  std::map<Status, std::optional<Status>> leads_to;
};

std::map<Status, std::optional<Status>> from_everywhere_to(Status status) {
  std::map<Status, std::optional<Status>> result;
  for (const Status from : all_statuses) result[from] = status;
  return result;
}

std::vector<Transition> transitions() {
  using enum Status;
  return {
      {StartInvestigation{},
       {{new_, investigating},
        {investigating, investigating},
        {diagnosed, refused},
        {resolved, refused},
        {muted, refused}}},
      {RevertInvestigation{},
       {{new_, refused},
        {investigating, new_},
        {diagnosed, refused},
        {resolved, refused},
        {muted, refused}}},
      {Diagnose{make_diagnosis("found")},
       {{new_, diagnosed},
        {investigating, diagnosed},
        {diagnosed, diagnosed},
        {resolved, refused},
        {muted, refused}}},
      {Resolve{"raise the pool size"},
       {{new_, resolved},
        {investigating, resolved},
        {diagnosed, resolved},
        {resolved, refused},
        {muted, resolved}}},
      {Mute{},
       {{new_, muted},
        {investigating, muted},
        {diagnosed, muted},
        {resolved, muted},
        {muted, refused}}},
      {Retriage{}, from_everywhere_to(new_)},
      {Restore{investigating, make_diagnosis("restored")}, from_everywhere_to(investigating)},
      {Restore{muted, std::nullopt}, from_everywhere_to(muted)},
  };
}

TEST_P(Commands, LeadWhereTheLifecycleSaysOrAreRefusedAndWriteNothing) {
  std::size_t number = 0;
  for (const Transition& transition : transitions()) {
    for (const auto& [from, to] : transition.leads_to) {
      SCOPED_TRACE(testing::Message()
                   << command_name(transition.command) << " while " << to_string(from));
      const SignatureId id = create_in(from, std::to_string(++number));
      const Snapshot before = snapshot(store());
      const auto outcome = store().execute(id, transition.command);
      if (to == refused) {
        EXPECT_TRUE(fails_with(outcome, ErrorCode::refused));
        EXPECT_EQ(snapshot(store()), before);
      } else {
        const Signature present = must(outcome);
        EXPECT_EQ(present.status, *to);
        EXPECT_EQ(present.resolved_at.has_value(), *to == Status::resolved);
        EXPECT_EQ(get(id), present);
      }
    }
  }
}

TEST_P(Commands, ARefusalNamesTheSignatureItsStatusAndTheCommand) {
  const SignatureId id = create_in(Status::muted, "a");
  const auto outcome = store().execute(id, StartInvestigation{});

  ASSERT_TRUE(fails_with(outcome, ErrorCode::refused));
  EXPECT_THAT(outcome.error().message, testing::HasSubstr(id.to_string()));
  EXPECT_THAT(outcome.error().message, testing::HasSubstr("muted"));
  EXPECT_THAT(outcome.error().message, testing::HasSubstr("start investigation"));
}

TEST_P(Commands, ChangeNothingButWhatTheyName) {
  const auto identity = make_identity("a");
  Signature expected = record(identity, 10, 4);
  must(store().execute(expected.id, ChangeTags{{"payments"}, {}}));
  clock().set(at_second(2000));
  const Signature resolved = must(store().execute(expected.id, Resolve{}));

  expected.tags = {"payments"};
  expected.status = Status::resolved;
  expected.resolved_at = at_second(2000);
  expected.version = 3;
  expected.last_sequence = resolved.last_sequence;
  EXPECT_EQ(resolved, expected);
}

TEST_P(Commands, KeepOrClearTheDiagnosisAsTheLifecycleSays) {
  const SignatureId id = record(make_identity("a"), 10).id;
  Signature present = must(store().execute(id, Diagnose{make_diagnosis("first")}));
  ASSERT_NE(present.diagnosis, nullptr);
  EXPECT_EQ(*present.diagnosis, make_diagnosis("first"));
  present = must(store().execute(id, Diagnose{make_diagnosis("second")}));
  EXPECT_EQ(present.diagnosis->root_cause, "second");
  present = must(store().execute(id, Resolve{}));
  EXPECT_EQ(present.diagnosis->root_cause, "second");
  present = must(store().execute(id, Mute{}));
  EXPECT_EQ(present.diagnosis->root_cause, "second");
  present = must(store().execute(id, Retriage{}));
  EXPECT_EQ(present.diagnosis, nullptr);
  present = must(store().execute(id, Restore{Status::diagnosed, make_diagnosis("restored")}));
  EXPECT_EQ(present.diagnosis->root_cause, "restored");
  present = must(store().execute(id, Restore{Status::new_, std::nullopt}));
  EXPECT_EQ(present.diagnosis, nullptr);
  EXPECT_EQ(get(id), present);
}

TEST_P(Commands, OnAnAbsentSignatureAreNotFound) {
  record(make_identity("a"), 10);
  const Snapshot before = snapshot(store());
  for (const Transition& transition : transitions()) {
    EXPECT_TRUE(
        fails_with(store().execute(SignatureId{}, transition.command), ErrorCode::not_found));
    EXPECT_TRUE(
        fails_with(store().execute(SignatureId{}, transition.command, {.expected_version = 1}),
                   ErrorCode::not_found));
  }
  EXPECT_EQ(snapshot(store()), before);
}

TEST_P(Commands, WithAnotherExpectedVersionConflictAndWriteNothing) {
  const SignatureId id = record(make_identity("a"), 10).id;
  const Signature present = must(store().execute(id, StartInvestigation{}));
  ASSERT_EQ(present.version, 2U);
  const Snapshot before = snapshot(store());

  for (const Version expected : {Version{0}, Version{1}, Version{3}, ~Version{0}}) {
    EXPECT_TRUE(fails_with(store().execute(id, Mute{}, {.expected_version = expected}),
                           ErrorCode::conflict))
        << expected;
  }
  EXPECT_EQ(snapshot(store()), before);
  EXPECT_EQ(must(store().execute(id, Mute{}, {.expected_version = 2})).version, 3U);
}

TEST_P(Commands, ChangeTagsAsASortedSet) {
  const SignatureId id = record(make_identity("a"), 10).id;
  EXPECT_EQ(must(store().execute(id, ChangeTags{{"b", "c", "a", "b"}, {}})).tags,
            (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(must(store().execute(id, ChangeTags{{"d"}, {"b", "absent"}})).tags,
            (std::vector<std::string>{"a", "c", "d"}));
  EXPECT_EQ(must(store().execute(id, ChangeTags{{"a"}, {"a", "c"}})).tags,
            (std::vector<std::string>{"a", "d"}));
  EXPECT_EQ(must(store().execute(id, ChangeTags{{}, {"a", "d"}})).tags, std::vector<std::string>{});
  EXPECT_TRUE(get(id).tags.empty());
}

TEST_P(Commands, WithoutAnEffectWriteNothingAndAnswerThePresentSignature) {
  const SignatureId id = record(make_identity("a"), 10).id;
  must(store().execute(id, ChangeTags{{"a", "b"}, {}}));
  const Snapshot before = snapshot(store());

  for (const ChangeTags& change : {ChangeTags{}, ChangeTags{{"a"}, {}}, ChangeTags{{}, {"absent"}},
                                   ChangeTags{{"b"}, {"b"}}}) {
    const Commit commit = must(store().submit_and_wait(ExecuteCommand{id, change, {}}));
    EXPECT_EQ(commit.signature, before.signatures.front());
    EXPECT_EQ(commit.sequence, before.stats.sequence);
  }
  EXPECT_EQ(snapshot(store()), before);
}

TEST_P(Commands, LeaveOtherSignaturesAlone) {
  const SignatureId id = record(make_identity("a"), 10).id;
  const Signature other = record(make_identity("b"), 10);
  must(store().execute(id, Diagnose{make_diagnosis()}));
  must(store().execute(id, ChangeTags{{"a"}, {}}));
  must(store().execute(id, Resolve{}));

  EXPECT_EQ(get(other.id), other);
  EXPECT_EQ(history_of(store(), other.id).size(), 1U);
}

TEST_P(Commands, TellTheSequenceOfTheirCommit) {
  const SignatureId id = record(make_identity("a"), 10).id;
  const Commit commit = must(store().submit_and_wait(ExecuteCommand{id, Mute{}, {}}));
  ASSERT_TRUE(commit.signature.has_value());
  EXPECT_EQ(commit.sequence, commit.signature->last_sequence);
  EXPECT_EQ(commit.sequence, must(store().get_stats()).sequence);
}

}  // namespace
}  // namespace rounds::test
