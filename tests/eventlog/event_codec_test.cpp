#include "eventlog/event_codec.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>
#include <schema/event_generated.h>

#include "eventlog/schema_version.hpp"
#include "tests/eventlog/sample_events.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

std::filesystem::path golden_file(std::uint16_t version, const std::string& name) {
  return std::filesystem::path(ROUNDS_SCHEMA_HISTORY_DIR) / ("v" + std::to_string(version)) /
         (name + ".event");
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// ROUNDS_WRITE_GOLDEN=1 adds the bytes of the present version that are not there yet. It never
// replaces any.
void write_missing_golden_files() {
  if (std::getenv("ROUNDS_WRITE_GOLDEN") == nullptr) return;
  EventEncoder encoder;
  for (const auto& [name, event] : golden_events()) {
    const auto path = golden_file(event_schema_version, name);
    if (std::filesystem::exists(path)) continue;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << encoder.encode(event);
  }
}

TEST(EventCodec, ReadsTheGoldenBytesOfEveryKindOfEveryVersion) {
  write_missing_golden_files();
  for (std::uint16_t version = 1; version <= event_schema_version; ++version) {
    const auto events = golden_events(version);
    if (version == event_schema_version) {
      ASSERT_EQ(events.size(), std::variant_size_v<EventPayload>);
    }
    for (const auto& [name, event] : events) {
      const std::string bytes = read_file(golden_file(version, name));
      ASSERT_FALSE(bytes.empty()) << golden_file(version, name);
      const auto decoded = decode_event(bytes);
      ASSERT_TRUE(decoded) << name << ": " << decoded.error().message;
      EXPECT_EQ(*decoded, event) << name << " of version " << version;
    }
  }
}

TEST(EventCodec, StillWritesTheGoldenBytes) {
  EventEncoder encoder;
  for (const auto& [name, event] : golden_events()) {
    EXPECT_EQ(encoder.encode(event), read_file(golden_file(event_schema_version, name))) << name;
  }
}

// Nobody pays for what is new but the events that say it.
TEST(EventCodec, WritesEventsThatSayNothingNewAsVersion1Did) {
  EventEncoder encoder;
  for (const auto& [name, event] : golden_events(1)) {
    EXPECT_EQ(encoder.encode(event), read_file(golden_file(1, name))) << name;
  }
}

TEST(EventCodec, NotesTheFirstSchemaVersionThatCanSayAnEvent) {
  EventEncoder encoder;
  for (const auto& [name, event] : golden_events()) {
    const std::string bytes(encoder.encode(event));
    const bool has_aliases = name == "signature_detected" || name == "signature_imported" ||
                             name == "fingerprints_added";
    EXPECT_EQ(schema::GetEvent(bytes.data())->schema_version(), has_aliases                    ? 3
                                                                : name == "signature_resolved" ? 2
                                                                                               : 1)
        << name;
  }
}

TEST(EventCodec, KeepsEventsWithNothingOptionalInThem) {
  EventEncoder encoder;
  for (auto [name, event] : golden_events()) {
    event.provenance = {};
    if (auto* resolved = std::get_if<SignatureResolved>(&event.payload)) *resolved = {};
    if (auto* detected = std::get_if<SignatureDetected>(&event.payload)) detected->aliases.clear();
    if (auto* imported = std::get_if<SignatureImported>(&event.payload)) {
      imported->signature.aliases.reset();
    }
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

TEST(EventCodec, WritesTheSameBytesWhateverItWroteBefore) {
  const std::uint64_t seed = random_seed();
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random);
  };
  const auto samples = golden_events();
  EventEncoder used;
  for (int i = 0; i < 2000; ++i) {
    Event event = samples[below(samples.size())].second;
    if (below(4) != 0) {
      OccurrenceSummary summary;
      summary.count = 1 + below(3);
      summary.first_seen = Timestamp{std::chrono::microseconds{below(3)}};
      summary.last_seen = summary.first_seen + std::chrono::microseconds{below(3)};
      event.payload = OccurrencesRecorded{summary};
      event.time = Timestamp{std::chrono::microseconds{below(3)}};
      event.provenance = {below(2) == 0 ? "" : "actor", below(2) == 0 ? "" : "reason", ""};
      event.sequence = 1 + below(3);
      event.version = 1 + below(1000);
      event.signature_id.bytes[3] = static_cast<std::uint8_t>(below(256));
    }
    EventEncoder fresh;
    ASSERT_EQ(used.encode(event), fresh.encode(event)) << "event " << i << " of seed " << seed;
  }
}

TEST(EventCodec, TellsAnEmptyTextFromNone) {
  EventEncoder encoder;
  Event event = golden_events().front().second;
  for (const auto& payload : {SignatureResolved{""}, SignatureResolved{std::nullopt, ""}}) {
    event.payload = payload;
    EXPECT_EQ(*decode_event(encoder.encode(event)), event);
  }
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
  EXPECT_EQ(decoded.error().message,
            "event 7 of kind 8 has schema version 4; this release reads up to 3: open the data "
            "directory with the release that wrote it, or a newer one");
}

TEST(EventCodec, RefusesANewerSchemaVersionOfAKindOfTheFuture) {
  const auto decoded = decode_event(foreign_event(event_schema_version + 1, 14));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::unsupported);
  EXPECT_NE(decoded.error().message.find("event 7 of kind 14"), std::string::npos);
}

TEST(EventCodec, TakesNoVersionAndNoKindForDamage) {
  for (const std::string& bytes : {foreign_event(0, 8), foreign_event(event_schema_version, 0)}) {
    const auto decoded = decode_event(bytes);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::corruption);
  }
}

TEST(EventCodec, RefusesKindsOfTheFuture) {
  const auto decoded = decode_event(foreign_event(event_schema_version, 200));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::unsupported);
  EXPECT_EQ(decoded.error().message,
            "event 7 is of kind 200, which this release does not know; open the data directory "
            "with the release that wrote it, or a newer one");
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
