#include "store/back_pressure.hpp"

#include <gtest/gtest.h>

namespace rounds {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Of a submission.
constexpr milliseconds usual_group{60};

TEST(BackPressure, IsNoneBelowAFullLayer) {
  EXPECT_EQ(pause_at(0, usual_group), microseconds{0});
  EXPECT_EQ(pause_at(1, usual_group), microseconds{0});
}

TEST(BackPressure, GrowsWithTheLayerAndNeverKeepsCallersFor250Milliseconds) {
  microseconds last{0};
  for (double level = 1; level <= LiveProjections::hard_level; level += 0.01) {
    const microseconds pause = pause_at(level, usual_group);
    EXPECT_GE(pause, last) << level;
    EXPECT_LE(pause, milliseconds{130}) << level;
    last = pause;
  }
  EXPECT_EQ(pause_at(LiveProjections::overfull_level, usual_group), longest_pause);
  EXPECT_EQ(last, longest_pause_overfull);
}

TEST(BackPressure, LeavesTheTimeThatASlowGroupTakes) {
  for (double level = 1; level <= LiveProjections::hard_level; level += 0.01) {
    for (const milliseconds group : {milliseconds{0}, milliseconds{131}, milliseconds{200}}) {
      EXPECT_LE(pause_at(level, group) + group, milliseconds{220}) << level;
    }
    EXPECT_EQ(pause_at(level, milliseconds{300}), microseconds{0}) << level;
  }
}

// 4,096 occurrences in a submission, of which a third are signatures that the layer lacks, are more
// than writers of a Zipf distribution over a million signatures bring.
TEST(BackPressure, GivesAProjectorThatIsSlowedDownTenSeconds) {
  // With slow groups pauses are shorter, but the groups take the time.
  constexpr double signatures_per_layer = 104.0 * 1024;
  constexpr double added = 4096.0 / 3 / signatures_per_layer;
  for (const milliseconds group : {usual_group, milliseconds{131}, milliseconds{200}}) {
    microseconds passed{0};
    for (double level = LiveProjections::overfull_level; level < LiveProjections::hard_level;
         level += added) {
      passed += pause_at(level, group) + group;
    }
    EXPECT_GT(passed, std::chrono::seconds{10}) << group.count();
  }
}

}  // namespace
}  // namespace rounds
