#include "core/signature.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "tests/core/lifecycle_support.hpp"
#include "tests/support/samples.hpp"

namespace rounds {
namespace {

TEST(Signature, ComparesIdentityAndDiagnosisByValue) {
  const Signature left = test::make_signature(Status::diagnosed, test::share_diagnosis("pool"));
  Signature right = left;
  right.identity = std::make_shared<const SignatureIdentity>(*left.identity);
  right.diagnosis = std::make_shared<const Diagnosis>(*left.diagnosis);
  EXPECT_EQ(left, right);
  right.diagnosis = test::share_diagnosis("disk");
  EXPECT_NE(left, right);
  right.diagnosis = nullptr;
  EXPECT_NE(left, right);
  EXPECT_NE(right, left);
  right = left;
  right.identity = test::make_identity("other");
  EXPECT_NE(left, right);
}

TEST(Signature, DiffersInEachOfItsFields) {
  const Signature original = test::make_signature(Status::resolved, nullptr);
  const auto differs = [&](auto change) {
    Signature changed = original;
    change(changed);
    return !(changed == original);
  };
  constexpr std::chrono::microseconds tick{1};
  EXPECT_FALSE(differs([](Signature&) {}));
  EXPECT_TRUE(differs([](Signature& s) { s.id.bytes[0] ^= 1; }));
  EXPECT_TRUE(differs([&](Signature& s) { s.first_seen += tick; }));
  EXPECT_TRUE(differs([&](Signature& s) { s.last_seen += tick; }));
  EXPECT_TRUE(differs([](Signature& s) { ++s.occurrence_count; }));
  EXPECT_TRUE(differs([](Signature& s) { s.status = Status::muted; }));
  EXPECT_TRUE(differs([](Signature& s) { s.tags.emplace_back("z"); }));
  EXPECT_TRUE(differs([](Signature& s) { s.resolved_at.reset(); }));
  EXPECT_TRUE(differs([](Signature& s) { ++s.version; }));
  EXPECT_TRUE(differs([](Signature& s) { ++s.last_sequence; }));
}

TEST(Signature, WithoutAliasesIsTheSameWithAnEmptyListOfThem) {
  const Signature without = test::make_signature(Status::new_, nullptr);
  Signature empty = without;
  empty.aliases = std::make_shared<const FingerprintAliases>();
  EXPECT_EQ(empty, without);
  Signature with = without;
  with.aliases = std::make_shared<const FingerprintAliases>(FingerprintAliases{"v1:other"});
  EXPECT_NE(with, without);
  EXPECT_NE(with, empty);
}

}  // namespace
}  // namespace rounds
