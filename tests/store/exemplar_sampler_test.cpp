#include "store/exemplar_sampler.hpp"

#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

constexpr std::uint32_t per_hour = 4;
constexpr std::int64_t interval = 900;  // seconds

SignatureId numbered(std::uint8_t number) {
  SignatureId id;
  id.bytes.back() = number;
  return id;
}

class ExemplarSamplerTest : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open(std::size_t most_signatures = most_sampled_signatures) {
    sampler_.reset();
    log_.reset();
    auto log = EventLog::open(directory_.path() / "log");
    ASSERT_TRUE(log) << log.error().message;
    log_ = *std::move(log);
    sampler_.emplace(per_hour, most_signatures);
    const auto loaded = sampler_->load(*log_);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(*loaded, 0U);
  }

  // Whether a group at that second may keep one.
  bool commit(std::int64_t second, const SignatureId& id) {
    sampler_->begin_group(at_second(second));
    const bool taken = sampler_->take(id);
    EventGroup events = log_->begin_group();
    sampler_->add_to(events);
    EXPECT_TRUE(log_->append(std::move(events), Durability::buffered));
    sampler_->commit();
    return taken;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventLog> log_;
  std::optional<ExemplarSampler> sampler_;
};

TEST_F(ExemplarSamplerTest, KeepsExemplarsOfASignatureMoreThanAnIntervalApart) {
  EXPECT_TRUE(commit(0, numbered(1)));
  EXPECT_FALSE(commit(0, numbered(1)));
  EXPECT_TRUE(commit(1, numbered(2)));
  EXPECT_FALSE(commit(interval, numbered(1)));
  EXPECT_TRUE(commit(interval + 1, numbered(1)));
  EXPECT_FALSE(commit(interval + 1, numbered(2)));
  EXPECT_TRUE(commit(interval + 2, numbered(2)));
}

TEST_F(ExemplarSamplerTest, RemembersAfterTheStoreIsOpenedAgain) {
  EXPECT_TRUE(commit(0, numbered(1)));
  EXPECT_TRUE(commit(600, numbered(2)));
  open();
  EXPECT_FALSE(commit(601, numbered(1)));
  EXPECT_FALSE(commit(601, numbered(2)));
  open();
  EXPECT_TRUE(commit(interval + 1, numbered(1)));
  EXPECT_FALSE(commit(interval + 1, numbered(2)));
}

TEST_F(ExemplarSamplerTest, TakesBackWhatAFailedGroupNoted) {
  sampler_->begin_group(at_second(0));
  EXPECT_TRUE(sampler_->take(numbered(1)));
  EXPECT_FALSE(sampler_->take(numbered(1)));
  sampler_->roll_back();
  EXPECT_TRUE(commit(0, numbered(1)));
}

TEST_F(ExemplarSamplerTest, KeepsNoneRatherThanTooManyWhereItsMemoryEnds) {
  open(2);
  EXPECT_TRUE(commit(0, numbered(1)));
  EXPECT_TRUE(commit(10, numbered(2)));
  EXPECT_FALSE(commit(20, numbered(3)));
  EXPECT_FALSE(commit(20, numbered(1)));
  EXPECT_TRUE(commit(interval + 1, numbered(3)));
}

}  // namespace
}  // namespace rounds::test
