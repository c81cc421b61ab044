// The manifest of a backup: no bit of it flips unnoticed.
#include "eventlog/backup_manifest.hpp"

#include <gtest/gtest.h>

#include "core/sha256.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

BackupManifest sample() {
  BackupManifest manifest;
  manifest.backup = {.number = 3,
                     .log_id = SignatureId::parse("0190163d-8694-739b-aea5-966c26f8ad91").value(),
                     .sequence = 12345,
                     .chain = 0x00ab12cd34ef5678,
                     .created_at = at_second(5),
                     .file_count = 7,
                     .bytes = 987654};
  manifest.file_list_sha256 = sha256_hex("files");
  return manifest;
}

TEST(BackupManifestTest, IsReadBackAsItWasWritten) {
  const auto decoded = decode_manifest(encode_manifest(sample()));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, sample());
}

// docs/format.md shows this one.
TEST(BackupManifestTest, LooksAsDocumented) {
  const std::string text = encode_manifest(sample());
  EXPECT_TRUE(
      text.starts_with("{\n"
                       "  \"format\": 1,\n"
                       "  \"number\": 3,\n"
                       "  \"log_id\": \"0190163d-8694-739b-aea5-966c26f8ad91\",\n"
                       "  \"sequence\": 12345,\n"
                       "  \"chain\": \"00ab12cd34ef5678\",\n"
                       "  \"created_at\": \"2026-01-01T00:00:05.000000Z\",\n"
                       "  \"file_count\": 7,\n"
                       "  \"bytes\": 987654,\n"
                       "  \"file_list_sha256\": \""))
      << text;
}

TEST(BackupManifestTest, NoBitFlipsAndNoByteIsCutOffUnnoticed) {
  const std::string text = encode_manifest(sample());
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(decode_manifest(std::string_view(text).substr(0, i))) << i;
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = text;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      const auto decoded = decode_manifest(damaged);
      ASSERT_FALSE(decoded) << damaged;
      EXPECT_EQ(decoded.error().code, ErrorCode::corruption);
    }
  }
  EXPECT_FALSE(decode_manifest(text + "\n"));
}

TEST(BackupManifestTest, OneOfANewerFormatIsNotTakenForDamage) {
  std::string members = encode_manifest(sample());
  members.resize(members.rfind("  \"sha256\""));
  members.replace(members.find(": 1,"), 4, ": 2,");
  const std::string text = members + "  \"sha256\": \"" + sha256_hex(members) + "\"\n}\n";
  const auto decoded = decode_manifest(text);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace rounds::test
