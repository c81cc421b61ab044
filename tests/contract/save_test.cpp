// Saves of whole signatures: the store derives events from the difference.
#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

class Saving : public ContractTest {
 protected:
  // Expects that this save, update or import answers `code` and writes nothing.
  void expect_rejected(const Signature& signature, SaveMode mode, ErrorCode code,
                       CommandContext context = {}) {
    const Snapshot before = snapshot(store());
    EXPECT_TRUE(fails_with(
        store().submit_and_wait(SaveSignature{signature, mode, std::move(context)}), code));
    EXPECT_EQ(snapshot(store()), before);
  }
};
ROUNDS_ON_EVERY_STORE(Saving);

constexpr std::array all_modes{SaveMode::create_or_update, SaveMode::update_only,
                               SaveMode::create_only};

// What a store gives back for `saved`: only what the store itself determines may differ.
Signature as_stored(Signature saved, const Signature& stored) {
  saved.version = stored.version;
  saved.last_sequence = stored.last_sequence;
  saved.resolved_at = stored.resolved_at;
  return saved;
}

Signature make_rich_signature(const std::string& name, Status status) {
  Signature signature = make_signature(name);
  signature.status = status;
  signature.diagnosis = std::make_shared<const Diagnosis>(make_diagnosis());
  signature.tags = {"a", "b"};
  return signature;
}

TEST_P(Saving, CreatesASignatureAsGivenInEveryStatus) {
  for (const Status status : all_statuses) {
    const Signature given = make_rich_signature(std::string(to_string(status)), status);
    const Signature saved = must(store().save(given));
    EXPECT_EQ(saved, as_stored(given, saved));
    EXPECT_EQ(saved.version, 1U);
    const auto resolved_at =
        status == Status::resolved ? std::optional(at_second(1000)) : std::nullopt;
    EXPECT_EQ(saved.resolved_at, resolved_at);
    EXPECT_EQ(get(given.id), saved);
    EXPECT_EQ(get(given.identity->fingerprint), saved);
  }
}

TEST_P(Saving, UnchangedWritesNothing) {
  for (const Status status : all_statuses) {
    const Signature saved =
        must(store().save(make_rich_signature(std::string(to_string(status)), status)));
    const Snapshot before = snapshot(store());
    clock().set(clock().now() + std::chrono::seconds{1});
    EXPECT_EQ(must(store().save(saved)), saved);
    EXPECT_EQ(must(store().update(saved)), saved);
    EXPECT_EQ(snapshot(store()), before);
  }
}

TEST_P(Saving, IgnoresVersionSequenceAndResolutionOfTheGivenSignature) {
  Signature given = make_signature("a");
  given.version = 17;
  given.last_sequence = 99;
  given.resolved_at = at_second(3);
  const Signature saved = must(store().save(given));
  EXPECT_EQ(saved.version, 1U);
  EXPECT_EQ(saved.last_sequence, 1U);
  EXPECT_EQ(saved.resolved_at, std::nullopt);

  given.version = 0;
  EXPECT_EQ(must(store().save(given)), saved);
}

TEST_P(Saving, UpdatesEachField) {
  Signature target = must(store().save(make_signature("a")));
  const auto expect_saved = [&](const std::string& change) {
    const Signature saved = must(store().save(target));
    EXPECT_EQ(saved, as_stored(target, saved)) << change;
    EXPECT_EQ(saved.version, target.version + 1) << change;
    EXPECT_EQ(get(target.id), saved) << change;
    target = saved;
  };
  target.occurrence_count += 5;
  expect_saved("count");
  target.occurrence_count += 1;
  target.first_seen = at_second(1);
  expect_saved("first_seen");
  target.occurrence_count += 1;
  target.last_seen = at_second(500);
  expect_saved("last_seen");
  target.tags = {"x", "y"};
  expect_saved("tags added");
  target.tags = {"y", "z"};
  expect_saved("tags replaced");
  target.tags = {};
  expect_saved("tags removed");
  target.diagnosis = std::make_shared<const Diagnosis>(make_diagnosis());
  expect_saved("diagnosis added");
  target.diagnosis = std::make_shared<const Diagnosis>(make_diagnosis("another"));
  expect_saved("diagnosis replaced");
  target.diagnosis = nullptr;
  expect_saved("diagnosis removed");
  target.status = Status::investigating;
  expect_saved("status");
}

TEST_P(Saving, LeadsFromEveryStateToEveryOther) {
  const auto diagnoses = {std::shared_ptr<const Diagnosis>(),
                          std::make_shared<const Diagnosis>(make_diagnosis("one")),
                          std::make_shared<const Diagnosis>(make_diagnosis("two"))};
  const auto state = [](Signature signature, Status status,
                        const std::shared_ptr<const Diagnosis>& diagnosis) {
    signature.status = status;
    signature.diagnosis = diagnosis;
    return signature;
  };
  const Signature base = must(store().save(make_signature("a")));
  for (const Status from : all_statuses) {
    for (const Status to : all_statuses) {
      for (const auto& before : diagnoses) {
        for (const auto& after : diagnoses) {
          must(store().save(state(base, from, before)));
          const Signature target = state(base, to, after);
          const Signature saved = must(store().save(target));
          ASSERT_EQ(saved, as_stored(target, saved)) << "from " << to_string(from);
          ASSERT_EQ(saved.resolved_at.has_value(), to == Status::resolved);
          ASSERT_EQ(get(base.id), saved);
        }
      }
    }
  }
}

TEST_P(Saving, OfAllFieldsAtOnceArrivesInOneAnswer) {
  const Signature before = must(store().save(make_signature("a")));
  Signature target = make_rich_signature("a", Status::resolved);
  target.occurrence_count = 10;
  target.first_seen = at_second(1);
  target.last_seen = at_second(900);

  const Signature saved = must(store().save(target));
  EXPECT_EQ(saved, as_stored(target, saved));
  EXPECT_EQ(saved.version, before.version + (saved.last_sequence - before.last_sequence));
  EXPECT_EQ(must(store().save(target)), saved);
}

TEST_P(Saving, UpdateOfAnAbsentSignatureIsNotFound) {
  must(store().save(make_signature("present")));
  expect_rejected(make_signature("absent"), SaveMode::update_only, ErrorCode::not_found);
  expect_rejected(make_signature("absent"), SaveMode::update_only, ErrorCode::not_found,
                  {.expected_version = 3});
}

TEST_P(Saving, ImportOfAPresentSignatureConflicts) {
  const Signature present = must(store().import(make_signature("a")));
  expect_rejected(present, SaveMode::create_only, ErrorCode::conflict);
  Signature changed = present;
  changed.occurrence_count += 1;
  expect_rejected(changed, SaveMode::create_only, ErrorCode::conflict);
}

TEST_P(Saving, OfAFingerprintThatBelongsToAnotherIdConflicts) {
  const Signature owner = record(make_identity("a"), 10);
  Signature intruder = make_signature("intruder");
  intruder.identity = owner.identity;
  expect_rejected(intruder, SaveMode::create_or_update, ErrorCode::conflict);
  expect_rejected(intruder, SaveMode::create_only, ErrorCode::conflict);

  Signature present = must(store().save(make_signature("present")));
  present.identity = owner.identity;
  expect_rejected(present, SaveMode::create_or_update, ErrorCode::conflict);
  expect_rejected(present, SaveMode::update_only, ErrorCode::conflict);
}

TEST_P(Saving, OfAnotherIdentityConflicts) {
  const Signature present = must(store().save(make_signature("a")));
  const auto with = [&](auto change) {
    SignatureIdentity identity = *present.identity;
    change(identity);
    Signature signature = present;
    signature.identity = std::make_shared<const SignatureIdentity>(std::move(identity));
    return signature;
  };
  for (const Signature& changed :
       {with([](SignatureIdentity& identity) { identity.fingerprint += "x"; }),
        with([](SignatureIdentity& identity) { identity.error_type += "x"; }),
        with([](SignatureIdentity& identity) { identity.service += "x"; }),
        with([](SignatureIdentity& identity) { identity.message_template += "x"; }),
        with([](SignatureIdentity& identity) { identity.stack_hash += "x"; })}) {
    expect_rejected(changed, SaveMode::create_or_update, ErrorCode::conflict);
    expect_rejected(changed, SaveMode::update_only, ErrorCode::conflict);
  }
  EXPECT_EQ(must(store().get_by_fingerprint(present.identity->fingerprint + "x")), std::nullopt);
}

TEST_P(Saving, ThatWouldTakeBackOccurrencesConflicts) {
  const Signature present = must(store().save(make_signature("a")));
  Signature fewer = present;
  fewer.occurrence_count -= 1;
  expect_rejected(fewer, SaveMode::create_or_update, ErrorCode::conflict);
  Signature later = present;
  later.first_seen += std::chrono::microseconds{1};
  expect_rejected(later, SaveMode::create_or_update, ErrorCode::conflict);
  Signature earlier = present;
  earlier.last_seen -= std::chrono::microseconds{1};
  expect_rejected(earlier, SaveMode::create_or_update, ErrorCode::conflict);
}

TEST_P(Saving, ThatWidensTheTimesWithoutAnOccurrenceConflicts) {
  Signature wider = must(store().save(make_signature("a")));
  wider.last_seen += std::chrono::microseconds{1};
  expect_rejected(wider, SaveMode::create_or_update, ErrorCode::conflict);
}

TEST_P(Saving, WithAnotherExpectedVersionConflicts) {
  Signature present = must(store().save(make_signature("a")));
  present.tags = {"x"};
  for (const Version expected : {Version{0}, Version{2}}) {
    expect_rejected(present, SaveMode::create_or_update, ErrorCode::conflict,
                    {.expected_version = expected});
    expect_rejected(present, SaveMode::update_only, ErrorCode::conflict,
                    {.expected_version = expected});
  }
  EXPECT_EQ(must(store().save(present, {.expected_version = 1})).version, 2U);
}

TEST_P(Saving, OfAnAbsentSignatureExpectsVersionZero) {
  expect_rejected(make_signature("a"), SaveMode::create_or_update, ErrorCode::conflict,
                  {.expected_version = 1});
  expect_rejected(make_signature("a"), SaveMode::create_only, ErrorCode::conflict,
                  {.expected_version = 1});
  EXPECT_EQ(must(store().save(make_signature("a"), {.expected_version = 0})).version, 1U);
  EXPECT_EQ(must(store().import(make_signature("b"), {.expected_version = 0})).version, 1U);
}

TEST_P(Saving, LetsLaterOccurrencesCountOnTheSavedSignature) {
  const Signature imported = must(store().import(make_signature("a")));
  const Signature counted = record(make_identity("a"), 30);
  EXPECT_EQ(counted.id, imported.id);
  EXPECT_EQ(counted.occurrence_count, 4U);
}

TEST_P(Saving, AsResolvedReopensOnALaterOccurrence) {
  Signature given = make_signature("a");
  given.status = Status::resolved;
  must(store().import(given));
  EXPECT_EQ(record(make_identity("a"), 1000).status, Status::resolved);
  EXPECT_EQ(record(make_identity("a"), 1001).status, Status::new_);
}

TEST_P(Saving, OfAMalformedSignatureIsInvalidInEveryMode) {
  const Signature sound = must(store().save(make_signature("a")));
  const auto with = [&](auto change) {
    Signature signature = sound;
    change(signature);
    return signature;
  };
  for (const Signature& malformed :
       {with([](Signature& signature) { signature.occurrence_count = 0; }),
        with([](Signature& signature) { signature.first_seen = at_second(21); }),
        with([](Signature& signature) { signature.tags = {"b", "a"}; }),
        with([](Signature& signature) { signature.tags = {"a", "a"}; }),
        with([](Signature& signature) { signature.tags = {""}; }),
        with([](Signature& signature) { signature.last_seen = Timestamp::max(); })}) {
    for (const SaveMode mode : all_modes) {
      expect_rejected(malformed, mode, ErrorCode::invalid_argument);
    }
  }
}

}  // namespace
}  // namespace rounds::test
