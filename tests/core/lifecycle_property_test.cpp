// Random commands, occurrences and saves: what must hold whatever happens.
#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/lifecycle.hpp"
#include "tests/core/lifecycle_support.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/seed.hpp"

namespace rounds {
namespace {

using test::at_second;

// A signature driven by random steps, beside a plain count of what went into it.
class Walk {
 public:
  explicit Walk(std::uint64_t seed) : random_(seed) {}

  // Creates the signature, then takes `steps` random steps, checking the state after each.
  void run(int steps) {
    create();
    for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
      now_ += 1;
      switch (below(4)) {
        case 0:
          record();
          break;
        case 1:
          save();
          break;
        default:
          execute();
      }
      check();
    }
  }

 private:
  std::int64_t below(std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
  }

  Status any_status() { return all_statuses[static_cast<std::size_t>(below(all_statuses.size()))]; }

  std::optional<Diagnosis> any_diagnosis() {
    if (below(2) == 0) return std::nullopt;
    return test::make_diagnosis(std::to_string(below(3)));
  }

  std::vector<std::string> any_tags() {
    std::vector<std::string> tags;
    for (std::int64_t count = below(4); count > 0; --count)
      tags.push_back(std::to_string(below(6)));
    return tags;
  }

  Command any_command() {
    switch (below(8)) {
      case 0:
        return StartInvestigation{};
      case 1:
        return RevertInvestigation{};
      case 2:
        return Diagnose{test::make_diagnosis(std::to_string(below(3)))};
      case 3:
        return Resolve{};
      case 4:
        return Mute{};
      case 5:
        return Retriage{};
      case 6:
        return Restore{any_status(), any_diagnosis()};
      default:
        return ChangeTags{any_tags(), any_tags()};
    }
  }

  // Some occurrences around the present time, early and late ones among them.
  OccurrenceSummary any_occurrences() {
    OccurrenceSummary summary;
    for (std::int64_t count = below(5) + 1; count > 0; --count) {
      const Timestamp time = at_second(now_ - 20 + below(40));
      summary.add(test::make_occurrence(identity_, time).exemplar);
      first_seen_ = count_ == 0 ? time : std::min(first_seen_, time);
      last_seen_ = count_ == 0 ? time : std::max(last_seen_, time);
      ++count_;
    }
    return summary;
  }

  void create() {
    const auto events = decide_occurrences(nullptr, identity_, any_occurrences(), {});
    ASSERT_EQ(events.size(), 1U);
    const SignatureId id = SignatureId::parse("0190163d-8694-739b-aea5-966c26f8ad91").value();
    auto state = evolve(std::nullopt, {1, id, 1, at_second(now_), {}, events.front()});
    ASSERT_TRUE(state) << state.error().message;
    state_ = std::move(*state);
    check();
  }

  void record() {
    const LifecyclePolicy policy{below(4) > 0};
    apply(decide_occurrences(&state_, identity_, any_occurrences(), policy));
  }

  void execute() {
    const Command command = any_command();
    const auto events = decide(state_, command);
    if (events) {
      apply(*events);
    } else {
      EXPECT_EQ(events.error().code, ErrorCode::refused) << events.error().message;
    }
  }

  void save() {
    Signature target = state_;
    if (below(2) == 0) {
      any_occurrences();
      target.occurrence_count = count_;
      target.first_seen = first_seen_;
      target.last_seen = last_seen_;
    }
    target.status = any_status();
    const auto diagnosis = any_diagnosis();
    target.diagnosis = diagnosis ? std::make_shared<const Diagnosis>(*diagnosis) : nullptr;
    const auto events = decide_save(&state_, target);
    ASSERT_TRUE(events) << events.error().message;
    apply(*events);
    EXPECT_EQ(state_.status, target.status);
    EXPECT_EQ(state_.diagnosis == nullptr, target.diagnosis == nullptr);
  }

  void apply(const std::vector<EventPayload>& events) {
    state_ = test::fold(state_, events, at_second(now_));
    events_ += events.size();
  }

  void check() const {
    EXPECT_TRUE(validate(state_)) << testing::PrintToString(state_);
    EXPECT_EQ(state_.occurrence_count, count_);
    EXPECT_EQ(state_.first_seen, first_seen_);
    EXPECT_EQ(state_.last_seen, last_seen_);
    EXPECT_EQ(state_.version, events_);
    EXPECT_EQ(state_.resolved_at.has_value(), state_.status == Status::resolved);
    if (state_.resolved_at) EXPECT_LE(*state_.resolved_at, at_second(now_));
    EXPECT_EQ(*state_.identity, *identity_);
  }

  std::mt19937_64 random_;
  std::shared_ptr<const SignatureIdentity> identity_ = test::make_identity("walk");
  std::int64_t now_ = 1000;  // seconds
  Signature state_;
  std::uint64_t events_ = 1;
  std::uint64_t count_ = 0;
  Timestamp first_seen_{};
  Timestamp last_seen_{};
};

TEST(LifecycleProperties, HoldAfterAnyCommands) {
  const std::uint64_t seed = test::random_seed();
  for (std::uint64_t round = test::random_rounds(500); round > 0 && !HasFailure(); --round) {
    Walk(seed + round).run(100);
  }
}

}  // namespace
}  // namespace rounds
