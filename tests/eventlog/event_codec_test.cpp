#include "eventlog/event_codec.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>
#include <schema/event_generated.h>

#include "tests/eventlog/sample_events.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

std::filesystem::path golden_file(const std::string& name) {
  return std::filesystem::path(ROUNDS_SCHEMA_HISTORY_DIR) / "v1" / (name + ".event");
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// ROUNDS_WRITE_GOLDEN=1 adds the bytes of kinds that have none yet. It never replaces any.
void write_missing_golden_files() {
  if (std::getenv("ROUNDS_WRITE_GOLDEN") == nullptr) return;
  EventEncoder encoder;
  for (const auto& [name, event] : golden_events()) {
    if (std::filesystem::exists(golden_file(name))) continue;
    std::ofstream(golden_file(name), std::ios::binary) << encoder.encode(event);
  }
}

TEST(EventCodec, ReadsTheGoldenBytesOfEveryKindOfVersion1) {
  write_missing_golden_files();
  const auto events = golden_events();
  ASSERT_EQ(events.size(), std::variant_size_v<EventPayload>);
  for (const auto& [name, event] : events) {
    const std::string bytes = read_file(golden_file(name));
    ASSERT_FALSE(bytes.empty()) << golden_file(name);
    const auto decoded = decode_event(bytes);
    ASSERT_TRUE(decoded) << name << ": " << decoded.error().message;
    EXPECT_EQ(*decoded, event) << name;
  }
}

TEST(EventCodec, StillWritesTheGoldenBytes) {
  EventEncoder encoder;
  for (const auto& [name, event] : golden_events()) {
    EXPECT_EQ(encoder.encode(event), read_file(golden_file(name))) << name;
  }
}

TEST(EventCodec, KeepsEventsWithNothingOptionalInThem) {
  EventEncoder encoder;
  for (auto [name, event] : golden_events()) {
    event.provenance = {};
    if (auto* resolved = std::get_if<SignatureResolved>(&event.payload)) resolved->fix.reset();
    if (auto* restored = std::get_if<SignatureRestored>(&event.payload))
      restored->diagnosis.reset();
    if (auto* recorded = std::get_if<OccurrencesRecorded>(&event.payload)) {
      recorded->occurrences.exemplars.clear();
    }
    const auto decoded = decode_event(encoder.encode(event));
    ASSERT_TRUE(decoded) << name;
    EXPECT_EQ(*decoded, event) << name;
  }
}

TEST(EventCodec, TellsAnEmptyFixFromNone) {
  EventEncoder encoder;
  Event event = golden_events().front().second;
  event.payload = SignatureResolved{""};
  EXPECT_EQ(*decode_event(encoder.encode(event)), event);
}

TEST(EventCodec, ReadsBytesOfAnyAlignment) {
  EventEncoder encoder;
  const Event event = golden_events().front().second;
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const std::string shifted = std::string(shift, 'x') + std::string(encoder.encode(event));
    EXPECT_EQ(*decode_event(std::string_view(shifted).substr(shift)), event);
  }
}

// An event with the given schema version and kind, and no payload.
std::string foreign_event(std::uint16_t schema_version, int kind) {
  flatbuffers::FlatBufferBuilder builder;
  const schema::Uuid id;
  const auto muted = schema::CreateSignatureMuted(builder);
  schema::FinishEventBuffer(
      builder, schema::CreateEvent(builder, 7, 1, &id, 0, schema_version, 0, 0, 0,
                                   static_cast<schema::EventPayload>(kind), muted.Union()));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

TEST(EventCodec, RefusesEventsOfANewerSchemaVersion) {
  const auto decoded = decode_event(foreign_event(event_schema_version + 1, 8));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::unsupported);
  EXPECT_NE(decoded.error().message.find("event 7"), std::string::npos);
}

TEST(EventCodec, RefusesKindsOfTheFuture) {
  const auto decoded = decode_event(foreign_event(event_schema_version, 200));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::unsupported);
  EXPECT_NE(decoded.error().message.find("kind 200"), std::string::npos);
}

TEST(EventCodec, ReportsEveryTruncationAsCorruption) {
  EventEncoder encoder;
  for (const auto& [name, event] : golden_events()) {
    const std::string bytes(encoder.encode(event));
    for (std::size_t size = 0; size < bytes.size(); size += 3) {
      const auto decoded = decode_event(std::string_view(bytes).substr(0, size));
      // FlatBuffers may not need the last padding bytes; what it reads must then be the event.
      if (decoded) {
        EXPECT_EQ(*decoded, event) << name << " cut at " << size;
      } else {
        EXPECT_EQ(decoded.error().code, ErrorCode::corruption) << name << " cut at " << size;
      }
    }
  }
}

TEST(EventCodec, SurvivesDamagedBytes) {
  std::mt19937_64 random(random_seed());
  EventEncoder encoder;
  const auto events = golden_events();
  for (std::uint64_t round = 0; round < random_rounds(20000); ++round) {
    std::string bytes(encoder.encode(events[random() % events.size()].second));
    for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const auto decoded = decode_event(bytes);
    if (decoded) EXPECT_TRUE(is_valid(decoded->time));
  }
}

}  // namespace
}  // namespace rounds::test
