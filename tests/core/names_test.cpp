// Names that people and machines read: they are part of the interface.
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/signature.hpp"

namespace rounds {
namespace {

TEST(Names, OfStatusesReadBack) {
  const std::vector<std::pair<Status, std::string>> expected{
      {Status::new_, "new"},
      {Status::investigating, "investigating"},
      {Status::diagnosed, "diagnosed"},
      {Status::resolved, "resolved"},
      {Status::muted, "muted"}};
  EXPECT_EQ(expected.size(), all_statuses.size());
  for (const auto& [status, name] : expected) {
    EXPECT_EQ(to_string(status), name);
    EXPECT_EQ(parse_status(name), status);
  }
}

TEST(Names, OfConfidencesReadBack) {
  const std::vector<std::pair<Confidence, std::string>> expected{
      {Confidence::low, "low"}, {Confidence::medium, "medium"}, {Confidence::high, "high"}};
  for (const auto& [confidence, name] : expected) {
    EXPECT_EQ(to_string(confidence), name);
    EXPECT_EQ(parse_confidence(name), confidence);
  }
}

TEST(Names, AreRefusedWhenUnknownWithTheTextAndTheChoices) {
  for (const std::string text : {"", "NEW", "new ", "open"}) {
    const auto status = parse_status(text);
    ASSERT_FALSE(status) << text;
    EXPECT_EQ(status.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(
        status.error().message,
        '"' + text + "\" is not a status; use new, investigating, diagnosed, resolved or muted");
    const auto confidence = parse_confidence(text);
    ASSERT_FALSE(confidence) << text;
    EXPECT_EQ(confidence.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(confidence.error().message,
              '"' + text + "\" is not a confidence; use low, medium or high");
  }
}

TEST(Names, OfPersistedNumbersNeverChange) {
  EXPECT_EQ(static_cast<int>(Status::new_), 1);
  EXPECT_EQ(static_cast<int>(Status::investigating), 2);
  EXPECT_EQ(static_cast<int>(Status::diagnosed), 3);
  EXPECT_EQ(static_cast<int>(Status::resolved), 4);
  EXPECT_EQ(static_cast<int>(Status::muted), 5);
  EXPECT_EQ(static_cast<int>(Confidence::low), 1);
  EXPECT_EQ(static_cast<int>(Confidence::medium), 2);
  EXPECT_EQ(static_cast<int>(Confidence::high), 3);
}

TEST(Names, OfCommandsBelongToTheirTypes) {
  EXPECT_EQ(command_name(StartInvestigation{}), "start investigation");
  EXPECT_EQ(command_name(RevertInvestigation{}), "revert investigation");
  EXPECT_EQ(command_name(Diagnose{}), "diagnose");
  EXPECT_EQ(command_name(Resolve{}), "resolve");
  EXPECT_EQ(command_name(Mute{}), "mute");
  EXPECT_EQ(command_name(Retriage{}), "retriage");
  EXPECT_EQ(command_name(Restore{}), "restore");
  EXPECT_EQ(command_name(ChangeTags{}), "change tags");
}

TEST(Names, OfEventsBelongToTheirTypes) {
  EXPECT_EQ(kind_name(SignatureDetected{}), "signature_detected");
  EXPECT_EQ(kind_name(OccurrencesRecorded{}), "occurrences_recorded");
  EXPECT_EQ(kind_name(SignatureRegressed{}), "signature_regressed");
  EXPECT_EQ(kind_name(InvestigationStarted{}), "investigation_started");
  EXPECT_EQ(kind_name(InvestigationReverted{}), "investigation_reverted");
  EXPECT_EQ(kind_name(SignatureDiagnosed{}), "signature_diagnosed");
  EXPECT_EQ(kind_name(SignatureResolved{}), "signature_resolved");
  EXPECT_EQ(kind_name(SignatureMuted{}), "signature_muted");
  EXPECT_EQ(kind_name(SignatureRetriaged{}), "signature_retriaged");
  EXPECT_EQ(kind_name(SignatureRestored{}), "signature_restored");
  EXPECT_EQ(kind_name(TagsChanged{}), "tags_changed");
  EXPECT_EQ(kind_name(SignatureImported{}), "signature_imported");
  EXPECT_EQ(kind_name(FingerprintsAdded{}), "fingerprints_added");
}

}  // namespace
}  // namespace rounds
