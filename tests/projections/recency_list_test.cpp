#include "projections/recency_list.hpp"

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "projections/index_key.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

// What first() must return, the slow way.
std::vector<const Signature*> sorted_slice(const std::deque<Signature>& signatures, Status status,
                                           const std::optional<PageCursor>& after,
                                           std::size_t count) {
  std::vector<const Signature*> expected;
  for (const Signature& signature : signatures) {
    const bool behind =
        !after || IndexPosition::at(status, *after).precedes(IndexPosition::of(signature));
    if (signature.status == status && behind) expected.push_back(&signature);
  }
  std::ranges::sort(expected, [](const Signature* left, const Signature* right) {
    return IndexPosition::of(*left).precedes(IndexPosition::of(*right));
  });
  if (expected.size() > count) expected.resize(count);
  return expected;
}

// Signatures that are seen and change their status in random order, and the list of the new ones.
class Population {
 public:
  Population(std::uint64_t seed, std::int64_t disorder_us)
      : random_(seed), disorder_us_(disorder_us) {}

  void change() {
    const bool create = signatures_.size() < 400 && below(4) == 0;
    if (signatures_.empty() || create) {
      Signature& created = signatures_.emplace_back();
      created.id.bytes[14] = static_cast<std::uint8_t>(signatures_.size() >> 8U);
      created.id.bytes[15] = static_cast<std::uint8_t>(signatures_.size());
      created.last_seen = now();
      list_.touch(created);
      return;
    }
    Signature& signature = signatures_[below(signatures_.size())];
    const Status before = signature.status;
    const Timestamp last_seen = signature.last_seen;
    ++signature.occurrence_count;
    signature.last_seen = std::max(signature.last_seen, now());
    if (below(8) == 0) {
      signature.status = before == Status::new_ ? Status::muted : Status::new_;
    }
    if (signature.status != Status::new_) return;
    if (signature.last_seen != last_seen) {
      list_.touch(signature);
    } else if (signature.status != before) {
      list_.touch_again(signature);
    }
  }

  void check_page() {
    std::optional<PageCursor> after;
    if (below(2) == 0) after = PageCursor::at(signatures_[below(signatures_.size())]);
    const std::size_t count = 1 + below(60);
    EXPECT_EQ(list_.first(after, count), sorted_slice(signatures_, Status::new_, after, count));
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  Timestamp now() {
    now_us_ += static_cast<std::int64_t>(below(3));
    const auto back = static_cast<std::int64_t>(below(static_cast<std::size_t>(disorder_us_) + 1));
    return timestamp_from_microseconds(now_us_ - back);
  }

  std::mt19937_64 random_;
  std::int64_t disorder_us_;
  std::int64_t now_us_ = 1'000'000;
  std::deque<Signature> signatures_;
  RecencyList list_{Status::new_};
};

TEST(RecencyList, GivesThePagesThatSortingEverythingWouldGive) {
  const std::uint64_t seed = random_seed();
  for (const std::int64_t disorder_us : {0, 50, 1'000'000}) {
    Population population(seed, disorder_us);
    for (int i = 0; i < 6000; ++i) {
      population.change();
      if (i % 20 == 0) population.check_page();
    }
  }
}

TEST(RecencyList, IsEmptyAtFirst) {
  EXPECT_TRUE(RecencyList(Status::new_).first(std::nullopt, 10).empty());
}

TEST(RecencyList, ShowsASignatureOnceThatLeftAndCameBack) {
  RecencyList list(Status::new_);
  Signature signature;
  list.touch(signature);
  signature.status = Status::muted;
  EXPECT_TRUE(list.first(std::nullopt, 10).empty());
  signature.status = Status::new_;
  list.touch_again(signature);
  EXPECT_EQ(list.first(std::nullopt, 10), std::vector<const Signature*>{&signature});
}

TEST(RecencyList, DoesNotGrowWithWhatHappensToFewSignatures) {
  std::deque<Signature> signatures(50);
  RecencyList list(Status::new_);
  for (Signature& signature : signatures) list.touch(signature);
  std::int64_t now_us = 0;
  for (int round = 0; round < 2000; ++round) {
    for (Signature& signature : signatures) {
      if (round < 1000) {
        list.touch_again(signature);  // as if it had left and come back
      } else {
        signature.last_seen = timestamp_from_microseconds(++now_us);
        list.touch(signature);
      }
    }
    EXPECT_LT(list.touch_count(), 2500U) << round;
  }
}

}  // namespace
}  // namespace rounds::test
