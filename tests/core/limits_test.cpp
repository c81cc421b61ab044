// What stores refuse before they look at it: each limit, at it and one over.
#include "core/limits.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/command.hpp"
#include "core/signature.hpp"
#include "core/signature_store.hpp"
#include "tests/core/lifecycle_support.hpp"
#include "tests/support/samples.hpp"

namespace rounds {
namespace {

using testing::HasSubstr;

constexpr std::chrono::microseconds tick{1};

void expect_valid(const Result<void>& result) {
  EXPECT_TRUE(result) << result.error().message;
}

// `part` is what the message must name.
void expect_invalid(const Result<void>& result, const std::string& part) {
  ASSERT_FALSE(result) << part;
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(result.error().message, HasSubstr(part));
}

// A valid signature after `change`.
template <typename Change>
Result<void> validate_changed(Change change) {
  Signature signature = test::make_signature(Status::new_, test::share_diagnosis("pool"));
  change(signature);
  return validate(signature);
}

TEST(Limits, OfEachTextOfAnIdentity) {
  struct Field {
    std::string name;
    std::string SignatureIdentity::* member;
    std::size_t limit;
  };
  for (const Field& field : std::vector<Field>{
           {"fingerprint", &SignatureIdentity::fingerprint, limits::max_fingerprint_bytes},
           {"error_type", &SignatureIdentity::error_type, limits::max_name_bytes},
           {"service", &SignatureIdentity::service, limits::max_name_bytes},
           {"message_template", &SignatureIdentity::message_template, limits::max_message_bytes},
           {"stack_hash", &SignatureIdentity::stack_hash, limits::max_fingerprint_bytes}}) {
    SignatureIdentity identity = *test::make_identity("a");
    identity.*field.member = std::string(field.limit, 'x');
    expect_valid(validate(identity));
    identity.*field.member += 'x';
    expect_invalid(validate(identity), fmt::format("{} has {} bytes", field.name, field.limit + 1));
    expect_invalid(validate_changed([&](Signature& signature) {
                     signature.identity = std::make_shared<const SignatureIdentity>(identity);
                   }),
                   field.name);
  }
}

TEST(Limits, OfAnIdentityThatLacksFingerprintOrService) {
  SignatureIdentity identity = *test::make_identity("a");
  identity.error_type.clear();
  identity.message_template.clear();
  identity.stack_hash.clear();
  expect_valid(validate(identity));
  SignatureIdentity nameless = identity;
  nameless.fingerprint.clear();
  expect_invalid(validate(nameless), "fingerprint");
  nameless = identity;
  nameless.service.clear();
  expect_invalid(validate(nameless), "service");
}

TEST(Limits, OfOccurrenceCounts) {
  const auto with_count = [](std::uint64_t count) {
    return validate_changed([&](Signature& signature) { signature.occurrence_count = count; });
  };
  expect_valid(with_count(1));
  expect_invalid(with_count(0), "occurrence_count is 0");
  expect_valid(with_count(limits::max_occurrence_count));
  expect_invalid(with_count(limits::max_occurrence_count + 1),
                 "occurrence_count is 281474976710657");
}

TEST(Limits, OfTimes) {
  expect_valid(validate_changed([](Signature& signature) {
    signature.first_seen = min_timestamp;
    signature.last_seen = max_timestamp;
  }));
  expect_valid(
      validate_changed([](Signature& signature) { signature.last_seen = signature.first_seen; }));
  expect_invalid(validate_changed([](Signature& signature) {
                   signature.last_seen = signature.first_seen - tick;
                 }),
                 "first_seen 2026-01-01T00:00:10.000000Z lies after last_seen");
  expect_invalid(
      validate_changed([](Signature& signature) { signature.first_seen = min_timestamp - tick; }),
      "first_seen");
  expect_invalid(
      validate_changed([](Signature& signature) { signature.last_seen = max_timestamp + tick; }),
      "last_seen");
}

TEST(Limits, OfTheTagsOfASignature) {
  const auto with_tags = [](std::vector<std::string> tags) {
    return validate_changed([&](Signature& signature) { signature.tags = std::move(tags); });
  };
  std::vector<std::string> most;
  most.reserve(limits::max_tags + 1);
  for (std::size_t i = 0; i < limits::max_tags; ++i) most.push_back(fmt::format("t{:04}", i));
  expect_valid(with_tags(most));
  most.emplace_back("u");
  expect_invalid(with_tags(most), "257 tags");
  expect_valid(with_tags({}));
  expect_invalid(with_tags({"b", "a"}), "sorted");
  expect_invalid(with_tags({"a", "a"}), "duplicates");
  expect_invalid(with_tags({"a", "b\t"}), "control character");
}

TEST(Limits, OfATag) {
  expect_valid(validate_tag("a"));
  expect_valid(validate_tag("owner: Zoë / 日本"));
  expect_valid(validate_tag(std::string(limits::max_tag_bytes, 'x')));
  expect_invalid(validate_tag(std::string(limits::max_tag_bytes + 1, 'x')), "257 bytes");
  expect_invalid(validate_tag(""), "0 bytes");
  for (const char control : {'\0', '\n', '\x1F', '\x7F'}) {
    expect_invalid(validate_tag(std::string("a") + control), "control character");
  }
}

TEST(Limits, OfADiagnosis) {
  const auto with = [](auto change) {
    Diagnosis diagnosis = test::make_diagnosis();
    change(diagnosis);
    return validate(diagnosis);
  };
  expect_valid(with([](Diagnosis&) {}));
  expect_valid(with([](Diagnosis& diagnosis) { diagnosis.cost_usd = 0; }));
  expect_invalid(with([](Diagnosis& diagnosis) { diagnosis.cost_usd = -0.5; }), "cost_usd is -0.5");
  expect_invalid(with([](Diagnosis& diagnosis) { diagnosis.cost_usd = std::nan(""); }), "cost_usd");
  expect_invalid(with([](Diagnosis& diagnosis) {
                   diagnosis.cost_usd = std::numeric_limits<double>::infinity();
                 }),
                 "cost_usd");
  expect_invalid(with([](Diagnosis& diagnosis) { diagnosis.diagnosed_at = max_timestamp + tick; }),
                 "diagnosed_at");
}

TEST(Limits, OfTheTextsOfADiagnosisTogether) {
  const auto with_lengths = [](std::size_t root_cause, std::size_t evidence, std::size_t fix,
                               std::size_t model) {
    Diagnosis diagnosis = test::make_diagnosis();
    diagnosis.root_cause.assign(root_cause, 'x');
    diagnosis.evidence = {std::string(evidence, 'x')};
    diagnosis.suggested_fix.assign(fix, 'x');
    diagnosis.model.assign(model, 'x');
    return validate(diagnosis);
  };
  constexpr std::size_t quarter = limits::max_diagnosis_bytes / 4;
  expect_valid(with_lengths(quarter, quarter, quarter, quarter));
  expect_invalid(with_lengths(quarter + 1, quarter, quarter, quarter), "the diagnosis has 262145");
  expect_invalid(with_lengths(quarter, quarter + 1, quarter, quarter), "the diagnosis has 262145");
  expect_invalid(with_lengths(quarter, quarter, quarter + 1, quarter), "the diagnosis has 262145");
  expect_invalid(with_lengths(quarter, quarter, quarter, quarter + 1), "the diagnosis has 262145");
}

TEST(Limits, OfTheEvidenceOfADiagnosisEvenIfEmpty) {
  Diagnosis diagnosis = test::make_diagnosis();
  diagnosis.evidence.assign(limits::max_evidence_items, "");
  expect_valid(validate(diagnosis));
  diagnosis.evidence.emplace_back();
  expect_invalid(validate(diagnosis), "1025 pieces of evidence");
}

TEST(Limits, OfASignatureIncludeItsDiagnosis) {
  expect_invalid(validate_changed([](Signature& signature) {
                   Diagnosis diagnosis = test::make_diagnosis();
                   diagnosis.cost_usd = -1;
                   signature.diagnosis = std::make_shared<const Diagnosis>(diagnosis);
                 }),
                 "cost_usd");
  expect_valid(validate_changed([](Signature& signature) { signature.diagnosis = nullptr; }));
}

TEST(Limits, OfTheContextOfACommand) {
  struct Field {
    std::string name;
    std::string Provenance::* member;
  };
  for (const Field& field : std::vector<Field>{{"actor", &Provenance::actor},
                                               {"reason", &Provenance::reason},
                                               {"request_id", &Provenance::request_id}}) {
    CommandContext context;
    context.provenance.*field.member = std::string(limits::max_context_text_bytes, 'x');
    expect_valid(validate(context));
    context.provenance.*field.member += 'x';
    expect_invalid(validate(context), field.name + " has 16385 bytes");
    expect_invalid(validate(Submission{ExecuteCommand{{}, Mute{}, context}}), field.name);
  }
}

TEST(Limits, OfOneSubmission) {
  const auto occurrence = test::make_occurrence(test::make_identity("a"), test::at_second(1));
  RecordOccurrences record;
  record.occurrences.assign(limits::max_occurrences_per_submission, occurrence);
  expect_valid(validate(Submission{record}));
  record.occurrences.push_back(occurrence);
  expect_invalid(validate(Submission{record}), "65537 occurrences");
}

TEST(Limits, OfEachOccurrenceNameItsPosition) {
  const auto with = [](auto change) {
    RecordOccurrences record;
    const auto identity = test::make_identity("a");
    for (int i = 0; i < 3; ++i) {
      record.occurrences.push_back(test::make_occurrence(identity, test::at_second(i)));
    }
    change(record.occurrences[2]);
    return validate(Submission{record});
  };
  expect_valid(with([](IdentifiedOccurrence& occurrence) {
    occurrence.exemplar.message.assign(limits::max_exemplar_message_bytes, 'x');
  }));
  expect_invalid(with([](IdentifiedOccurrence& occurrence) {
                   occurrence.exemplar.message.assign(limits::max_exemplar_message_bytes + 1, 'x');
                 }),
                 "occurrence 2: the message of its exemplar has 2049 bytes");
  expect_invalid(with([](IdentifiedOccurrence& occurrence) {
                   occurrence.exemplar.time = max_timestamp + tick;
                 }),
                 "occurrence 2: its time");
  expect_invalid(with([](IdentifiedOccurrence& occurrence) {
                   occurrence.identity = test::make_identity("a", "");
                 }),
                 "occurrence 2: service");
}

TEST(Limits, OfASavedSignature) {
  Signature signature = test::make_signature(Status::new_, nullptr);
  expect_valid(validate(Submission{SaveSignature{signature, SaveMode::create_only, {}}}));
  signature.occurrence_count = 0;
  expect_invalid(validate(Submission{SaveSignature{signature, SaveMode::create_only, {}}}),
                 "occurrence_count");
}

TEST(Limits, OfAPage) {
  expect_valid(validate_limit(1));
  expect_valid(validate_limit(limits::default_page_size));
  expect_valid(validate_limit(limits::max_page_size));
  expect_invalid(validate_limit(0), "limit is 0; use 1 to 1000");
  expect_invalid(validate_limit(limits::max_page_size + 1), "limit is 1001");
}

}  // namespace
}  // namespace rounds
