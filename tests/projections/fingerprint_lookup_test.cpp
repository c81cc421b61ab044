// Whatever the lookup remembers, it finds what the snapshot has.
#include "projections/fingerprint_lookup.hpp"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "projections/row_batch.hpp"
#include "projections/row_codec.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

class FingerprintLookupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = ProjectionDatabase::open(directory_.path(), LogId{});
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = *std::move(opened);
  }

  // A row, under the fingerprint of another one if `entry` says so.
  SignatureId store(const std::string& fingerprint, const std::string& entry = "") {
    Signature signature;
    signature.id.bytes[15] = ++last_id_;
    signature.id.bytes[0] = 1;
    SignatureIdentity identity;
    identity.fingerprint = fingerprint;
    identity.service = "service";
    identity.error_type = "Error";
    signature.identity = std::make_shared<const SignatureIdentity>(identity);
    signature.occurrence_count = signature.version = signature.last_sequence = 1;
    RowBatch batch(*database_, database_->active(), 0);
    RowEncoder encoder;
    batch.begin(Projection::signatures);
    EXPECT_TRUE(batch.put(id_key(signature.id), encoder.encode(signature)));
    batch.begin(Projection::fingerprints);
    EXPECT_TRUE(batch.put(entry.empty() ? fingerprint : entry, id_key(signature.id)));
    EXPECT_TRUE(batch.commit(nullptr));
    return signature.id;
  }

  std::unique_ptr<ProjectionSnapshot> snapshot() const {
    return std::make_unique<ProjectionSnapshot>(*database_, database_->active());
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<ProjectionDatabase> database_;
  std::uint8_t last_id_ = 0;
};

TEST_F(FingerprintLookupTest, FindsThemWithWhatItRememberedAndWithout) {
  std::vector<std::string> fingerprints;
  std::vector<SignatureId> ids;
  for (int i = 0; i < 250; ++i) {
    fingerprints.push_back("fingerprint " + std::to_string(i));
    ids.push_back(store(fingerprints.back()));
  }
  const auto disk = snapshot();
  FingerprintLookup lookup(128);  // has room for half of them
  std::mt19937_64 random(random_seed());
  for (int round = 0; round < 200; ++round) {
    std::vector<HashedText> keys;
    std::vector<std::size_t> expected;
    for (int i = 0; i < 10; ++i) {
      expected.push_back(random() % (fingerprints.size() + 5));
      const bool exists = expected.back() < fingerprints.size();
      keys.emplace_back(exists ? std::string_view(fingerprints[expected.back()]) : "absent");
    }
    const auto found = lookup.find(*disk, keys);
    ASSERT_TRUE(found) << found.error().message;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto one = lookup.find(*disk, keys[i]);
      ASSERT_TRUE(one) << one.error().message;
      ASSERT_EQ(one->has_value(), expected[i] < fingerprints.size());
      ASSERT_EQ(*one, (*found)[i]);
      if (*one) EXPECT_EQ((*one)->id, ids[expected[i]]);
    }
  }
}

TEST_F(FingerprintLookupTest, IsNotFooledByTwoFingerprintsOfOneHash) {
  HashedText first("first");
  HashedText second("second");
  second.hash = first.hash;
  HashedText absent("absent");
  absent.hash = first.hash;
  const SignatureId first_id = store("first");
  const SignatureId second_id = store("second");
  const auto disk = snapshot();
  FingerprintLookup lookup;
  for (int i = 0; i < 2; ++i) {
    for (const auto& [key, id] : {std::pair(first, first_id), std::pair(second, second_id)}) {
      const auto one = lookup.find(*disk, key);
      ASSERT_TRUE(one && *one);
      EXPECT_EQ((*one)->id, id);
      const auto none = lookup.find(*disk, absent);
      ASSERT_TRUE(none) << none.error().message;
      EXPECT_FALSE(*none);
    }
    const std::vector<HashedText> keys{first, absent, second};
    const auto many = lookup.find(*disk, keys);
    ASSERT_TRUE(many) << many.error().message;
    EXPECT_EQ((*many)[0]->id, first_id);
    EXPECT_FALSE((*many)[1]);
    EXPECT_EQ((*many)[2]->id, second_id);
  }
}

TEST_F(FingerprintLookupTest, AnOlderSnapshotDoesNotHaveWhatWasRememberedOfANewerOne) {
  const auto before = snapshot();
  store("fingerprint");
  const auto after = snapshot();
  FingerprintLookup lookup;
  const HashedText key("fingerprint");
  const auto newer = lookup.find(*after, key);
  ASSERT_TRUE(newer && *newer);
  const auto older = lookup.find(*before, key);
  ASSERT_TRUE(older) << older.error().message;
  EXPECT_FALSE(*older);
  const auto many = lookup.find(*before, std::span(&key, 1));
  ASSERT_TRUE(many) << many.error().message;
  EXPECT_FALSE(many->front());
}

TEST_F(FingerprintLookupTest, ReportsAnEntryThatLeadsToAnotherSignature) {
  store("fingerprint", "another fingerprint");
  const auto disk = snapshot();
  FingerprintLookup lookup;
  const HashedText key("another fingerprint");
  const auto one = lookup.find(*disk, key);
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().code, ErrorCode::corruption);
  EXPECT_NE(one.error().message.find("another fingerprint"), std::string::npos);
  const auto many = lookup.find(*disk, std::span(&key, 1));
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, ErrorCode::corruption);
}

}  // namespace
}  // namespace rounds::test
