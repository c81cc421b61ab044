// The edges of what values may be: the largest, one more, and strings that look odd but are sound.
#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

std::shared_ptr<const SignatureIdentity> share(SignatureIdentity identity) {
  return std::make_shared<const SignatureIdentity>(std::move(identity));
}

SignatureIdentity largest_identity() {
  return {std::string(limits::max_fingerprint_bytes, 'f'), std::string(limits::max_name_bytes, 'e'),
          std::string(limits::max_name_bytes, 's'), std::string(limits::max_message_bytes, 'm'),
          std::string(limits::max_fingerprint_bytes, 'h')};
}

class Limits : public ContractTest {
 protected:
  void expect_invalid(Submission submission) {
    const Snapshot before = snapshot(store());
    EXPECT_TRUE(
        fails_with(store().submit_and_wait(std::move(submission)), ErrorCode::invalid_argument));
    EXPECT_EQ(snapshot(store()), before);
  }
};
ROUNDS_ON_EVERY_STORE(Limits);

TEST_P(Limits, TheLargestIdentityIsStoredAndFound) {
  const auto identity = share(largest_identity());
  const Signature recorded = record(identity, 10);
  fixture().reopen();
  EXPECT_EQ(*get(recorded.id).identity, *identity);
  EXPECT_EQ(get(identity->fingerprint), recorded);
  SignatureQuery query;
  query.service = identity->service;
  query.error_type = identity->error_type;
  EXPECT_EQ(list_all(store(), query), std::vector{recorded});
}

TEST_P(Limits, AnIdentityOverALimitIsInvalid) {
  record(make_identity("a"), 10);
  const auto with = [](auto change) {
    SignatureIdentity identity = largest_identity();
    change(identity);
    return share(std::move(identity));
  };
  for (const auto& identity :
       {with([](SignatureIdentity& identity) { identity.fingerprint += "x"; }),
        with([](SignatureIdentity& identity) { identity.fingerprint = ""; }),
        with([](SignatureIdentity& identity) { identity.error_type += "x"; }),
        with([](SignatureIdentity& identity) { identity.service += "x"; }),
        with([](SignatureIdentity& identity) { identity.service = ""; }),
        with([](SignatureIdentity& identity) { identity.message_template += "x"; }),
        with([](SignatureIdentity& identity) { identity.stack_hash += "x"; })}) {
    // The sound occurrence beside it is not counted either.
    expect_invalid(RecordOccurrences{{make_occurrence(make_identity("a"), at_second(20)),
                                      make_occurrence(identity, at_second(20))},
                                     {}});
    Signature signature = make_signature("b");
    signature.identity = identity;
    expect_invalid(SaveSignature{signature, SaveMode::create_or_update, {}});
  }
}

TEST_P(Limits, AnOccurrenceOverALimitIsInvalid) {
  const IdentifiedOccurrence sound = make_occurrence(make_identity("a"), at_second(10));
  IdentifiedOccurrence early = sound;
  early.exemplar.time = min_timestamp - std::chrono::microseconds{1};
  expect_invalid(RecordOccurrences{{sound, early}, {}});
  IdentifiedOccurrence late = sound;
  late.exemplar.time = max_timestamp + std::chrono::microseconds{1};
  expect_invalid(RecordOccurrences{{sound, late}, {}});
  IdentifiedOccurrence long_message = sound;
  long_message.exemplar.message.assign(limits::max_exemplar_message_bytes + 1, 'm');
  expect_invalid(RecordOccurrences{{sound, long_message}, {}});

  long_message.exemplar.message.pop_back();
  must(store().record({sound, long_message}));
}

TEST_P(Limits, ATextOfTheContextOverTheLimitIsInvalid) {
  const std::string largest(limits::max_context_text_bytes, 't');
  const SignatureId id = record(make_identity("a"), 10).id;
  for (const Provenance& provenance :
       {Provenance{largest + "t", "", ""}, Provenance{"", largest + "t", ""},
        Provenance{"", "", largest + "t"}}) {
    expect_invalid(ExecuteCommand{id, Mute{}, {.provenance = provenance}});
    expect_invalid(
        SaveSignature{make_signature("b"), SaveMode::create_or_update, {.provenance = provenance}});
    expect_invalid(RecordOccurrences{{make_occurrence(make_identity("a"), at_second(20))},
                                     {.provenance = provenance}});
  }
  must(store().execute(id, Mute{}, {.provenance = {largest, largest, largest}}));
  EXPECT_EQ(history_of(store(), id).back().provenance, (Provenance{largest, largest, largest}));
}

TEST_P(Limits, ACommandOverALimitIsInvalid) {
  const SignatureId id = record(make_identity("a"), 10).id;
  Diagnosis long_diagnosis = make_diagnosis();
  long_diagnosis.evidence = {std::string(limits::max_diagnosis_bytes, 'd')};
  Diagnosis refunded = make_diagnosis();
  refunded.cost_usd = -0.01;
  for (const Diagnosis& diagnosis : {long_diagnosis, refunded}) {
    expect_invalid(ExecuteCommand{id, Diagnose{diagnosis}, {}});
    expect_invalid(ExecuteCommand{id, Restore{Status::diagnosed, diagnosis}, {}});
    Signature signature = make_signature("b");
    signature.diagnosis = std::make_shared<const Diagnosis>(diagnosis);
    expect_invalid(SaveSignature{signature, SaveMode::create_or_update, {}});
  }
  expect_invalid(
      ExecuteCommand{id, Resolve{std::string(limits::max_context_text_bytes + 1, 'f')}, {}});
  for (const std::string& release :
       {std::string(), std::string(limits::max_release_bytes + 1, 'r')}) {
    expect_invalid(ExecuteCommand{id, Resolve{"a fix", release}, {}});
  }
  for (const std::string& tag :
       {std::string(), std::string(limits::max_tag_bytes + 1, 't'), std::string("a\nb")}) {
    expect_invalid(ExecuteCommand{id, ChangeTags{{"sound", tag}, {}}, {}});
  }
}

TEST_P(Limits, TheLargestDiagnosisFixAndReleaseAreStored) {
  const SignatureId id = record(make_identity("a"), 10).id;
  Diagnosis diagnosis;
  diagnosis.root_cause = std::string(limits::max_diagnosis_bytes, 'd');
  must(store().execute(id, Diagnose{diagnosis}));
  const SignatureResolved resolved{std::string(limits::max_context_text_bytes, 'f'),
                                   std::string(limits::max_release_bytes, 'r')};
  must(store().execute(id, Resolve{resolved.fix, resolved.release}));

  EXPECT_EQ(*get(id).diagnosis, diagnosis);
  EXPECT_EQ(history_of(store(), id).back().payload, EventPayload(resolved));
}

TEST_P(Limits, AsManyTagsAsAllowedAreStoredAndOneMoreIsInvalid) {
  ChangeTags change;
  for (std::size_t i = 0; i < limits::max_tags; ++i) {
    std::string tag = std::to_string(i);
    tag.resize(limits::max_tag_bytes, 't');
    change.add.push_back(std::move(tag));
  }
  const SignatureId id = record(make_identity("a"), 10).id;
  EXPECT_EQ(must(store().execute(id, change)).tags.size(), limits::max_tags);
  expect_invalid(ExecuteCommand{id, ChangeTags{{"one more"}, {}}, {}});

  // One out, one in.
  EXPECT_EQ(must(store().execute(id, ChangeTags{{"one more"}, {change.add.front()}})).tags.size(),
            limits::max_tags);
}

TEST_P(Limits, OddStringsStayApartAndComeBackAsGiven) {
  using namespace std::string_literals;
  const std::vector<std::string> odd{"a"s,
                                     "ab"s,
                                     "a\0"s,
                                     "a\0b"s,
                                     "a\0\0"s,
                                     "a\x01"s,
                                     "a/b"s,
                                     " a"s,
                                     "a "s,
                                     "A"s,
                                     "\0"s,
                                     "\0\0"s,
                                     "\xC3\xA4"s,
                                     "\xF4\x8F\xBF\xBF"s,
                                     "\xEF\xBF\xBF"s,
                                     "%00"s,
                                     "new"s,
                                     "\""s,
                                     "\x7F"s};
  std::vector<std::string> error_types = odd;
  error_types.emplace_back();
  std::vector<IdentifiedOccurrence> occurrences;
  for (const std::string& service : odd) {
    for (const std::string& error_type : error_types) {
      const auto number = static_cast<std::int64_t>(occurrences.size());
      // Length first, so that no two pairs give one fingerprint.
      std::string fingerprint = std::to_string(service.size()) + service + error_type;
      const auto identity =
          share({std::move(fingerprint), error_type, service, error_type, service});
      occurrences.push_back(make_occurrence(identity, at_second(number % 7)));
    }
  }
  must(store().record(occurrences));
  std::vector<Signature> population;
  for (const IdentifiedOccurrence& occurrence : occurrences) {
    population.push_back(get(occurrence.identity->fingerprint));
    ASSERT_EQ(*population.back().identity, *occurrence.identity);
  }
  fixture().reopen();
  for (const Signature& signature : population) {
    ASSERT_EQ(get(signature.identity->fingerprint), signature);
  }
  for (SignatureQuery& query : every_filter(odd, error_types)) {
    if (query.status && query.status != Status::new_) continue;
    query.limit = 100;
    ASSERT_EQ(list_all(store(), query), expected_listing(population, query)) << describe(query);
  }
  const StoreStats stats = must(store().get_stats());
  EXPECT_EQ(stats, recount(population, stats.sequence));
}

TEST_P(Limits, OddTextsOfCommandsComeBackAsGiven) {
  using namespace std::string_literals;
  const std::string odd = "\0 zero, \n line, \xC3\xA4, \xF0\x9F\x94\xA5"s;
  const auto identity = make_identity("a");
  IdentifiedOccurrence occurrence = make_occurrence(identity, at_second(10));
  occurrence.exemplar.message = odd;
  must(store().record({occurrence}));
  const SignatureId id = get(identity->fingerprint).id;
  Diagnosis diagnosis{odd, {odd, "", odd}, odd, Confidence::medium, min_timestamp, odd, 1e-9};
  must(store().execute(id, Diagnose{diagnosis}, {.provenance = {odd, odd, odd}}));
  must(store().execute(id, Resolve{""}));
  must(store().execute(id, ChangeTags{{"\xC3\xA4", " "}, {}}));
  fixture().reopen();

  const std::vector<Event> history = history_of(store(), id);
  EXPECT_EQ(std::get<SignatureDetected>(history[0].payload).occurrences.exemplars,
            std::vector{occurrence.exemplar});
  EXPECT_EQ(*std::get<SignatureDiagnosed>(history[1].payload).diagnosis, diagnosis);
  EXPECT_EQ(history[1].provenance, (Provenance{odd, odd, odd}));
  EXPECT_EQ(std::get<SignatureResolved>(history[2].payload).fix, "");
  EXPECT_EQ(*get(id).diagnosis, diagnosis);
  EXPECT_EQ(get(id).tags, (std::vector<std::string>{" ", "\xC3\xA4"}));
}

}  // namespace
}  // namespace rounds::test
