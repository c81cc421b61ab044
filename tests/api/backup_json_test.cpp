// A backup in JSON.
#include "api/backup_json.hpp"

#include <gtest/gtest.h>

#include "api/json_text.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

Backup sample() {
  return {.number = 3,
          .log_id = SignatureId::parse("0190163d-8694-739b-aea5-966c26f8ad91").value(),
          .sequence = 42,
          .chain = 0xfedcba9876543210,
          .created_at = at_second(1),
          .file_count = 5,
          .bytes = 1000};
}

TEST(BackupJsonTest, IsReadBackAsItWasWritten) {
  const std::string text = api::to_text(api::backup_to_json(sample()));
  EXPECT_EQ(text, R"({"number":3,"log_id":"0190163d-8694-739b-aea5-966c26f8ad91","sequence":42,)"
                  R"("chain":"fedcba9876543210","created_at":"2026-01-01T00:00:01.000000Z",)"
                  R"("file_count":5,"bytes":1000})");
  const auto backup = api::backup_from_json(api::parse_json(text, "it").value());
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_EQ(*backup, sample());
}

TEST(BackupJsonTest, NamesTheMemberThatIsWrong) {
  for (const auto& [member, value] :
       std::initializer_list<std::pair<const char*, boost::json::value>>{
           {"number", 5'000'000'000}, {"log_id", "x"}, {"chain", "xyz"}, {"created_at", "soon"}}) {
    auto object = api::backup_to_json(sample());
    object[member] = value;
    const auto backup = api::backup_from_json(object);
    ASSERT_FALSE(backup) << member;
    EXPECT_EQ(backup.error().code, ErrorCode::invalid_argument);
    object.erase(member);
    EXPECT_FALSE(api::backup_from_json(object)) << member;
  }
}

}  // namespace
}  // namespace rounds::test
