// Events of earlier schema versions become today's, step by step.
#include "eventlog/schema_version.hpp"

#include <array>

#include <gtest/gtest.h>

#include "eventlog/event_codec.hpp"
#include "tests/eventlog/sample_events.hpp"

namespace rounds::test {
namespace {

// Steps of versions that do not exist: each notes that it ran.
void note_2(Event& event) {
  event.provenance.reason += "2";
}
void note_3(Event& event) {
  event.provenance.reason += "3";
}
void note_4(Event& event) {
  event.provenance.reason += "4";
}
constexpr std::array<UpcastStep, 3> steps{note_2, note_3, note_4};

std::string steps_from(std::uint16_t version) {
  Event event;
  upcast(event, version, steps);
  return event.provenance.reason;
}

TEST(SchemaVersion, AnEventTakesTheStepsBehindItsVersionInOrder) {
  EXPECT_EQ(steps_from(1), "234");
  EXPECT_EQ(steps_from(2), "34");
  EXPECT_EQ(steps_from(3), "4");
  EXPECT_EQ(steps_from(4), "");
}

TEST(SchemaVersion, TodaysEventsStayAsTheyAre) {
  for (const auto& [name, event] : golden_events()) {
    Event upcasted = event;
    upcast(upcasted, event_schema_version);
    EXPECT_EQ(upcasted, event) << name;
  }
}

TEST(SchemaVersion, Version1NamedNoRelease) {
  Event event;
  event.payload = SignatureResolved{"a fix", "stray bytes"};
  upcast(event, 1);
  EXPECT_EQ(event.payload, EventPayload(SignatureResolved{"a fix"}));
}

TEST(SchemaVersion, Version2KnewOneFingerprintOfASignature) {
  Event event;
  event.payload = SignatureDetected{nullptr, {}, {"stray bytes"}};
  upcast(event, 2);
  EXPECT_TRUE(std::get<SignatureDetected>(event.payload).aliases.empty());
  SignatureImported imported;
  imported.signature.aliases = std::make_shared<const FingerprintAliases>(1, "stray bytes");
  event.payload = imported;
  upcast(event, 2);
  EXPECT_EQ(std::get<SignatureImported>(event.payload).signature.aliases, nullptr);
}

// Each version is needed by some event: otherwise its number says nothing.
TEST(SchemaVersion, OfAnEventIsTheFirstThatHasAllOfIt) {
  for (std::uint16_t version = 1; version <= event_schema_version; ++version) {
    std::uint16_t highest = 0;
    for (const auto& [name, event] : golden_events(version)) {
      highest = std::max(highest, schema_version_of(event));
    }
    EXPECT_EQ(highest, version);
  }
}

}  // namespace
}  // namespace rounds::test
