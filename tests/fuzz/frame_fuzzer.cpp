#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <xxhash.h>

#include "core/check.hpp"
#include "eventlog/event_codec.hpp"
#include "eventlog/frame.hpp"
#include "tests/fuzz/fuzzers.hpp"

namespace rounds::test {
namespace {

// The layout in docs/format.md, a second time.
constexpr std::size_t header_bytes = 32;
constexpr std::size_t count_offset = 4;
constexpr std::size_t chain_offset = 24;
constexpr std::size_t entry_bytes = 12;
constexpr std::size_t checksum_offset = 4;

template <typename T>
T load(const std::string& bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

void store(std::string& bytes, std::size_t offset, std::uint64_t value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

// `input` with the checksums and the chain hash that belong to what it says, as far as it says
// anything: no fuzzer guesses a hash.
std::string with_hashes(std::string_view input) {
  std::string bytes(input);
  if (bytes.size() < header_bytes) return bytes;
  const std::size_t directory_bytes =
      entry_bytes * std::size_t{load<std::uint32_t>(bytes, count_offset)};
  if (directory_bytes > bytes.size() - header_bytes) return bytes;
  std::size_t event = header_bytes + directory_bytes;
  for (std::size_t entry = header_bytes; entry < header_bytes + directory_bytes;
       entry += entry_bytes) {
    const std::size_t length = load<std::uint32_t>(bytes, entry);
    if (length > bytes.size() - event) break;
    store(bytes, entry + checksum_offset, XXH3_64bits(bytes.data() + event, length));
    event += length;
  }
  const std::uint64_t seed = XXH3_64bits(bytes.data(), chain_offset);
  store(bytes, chain_offset,
        XXH3_64bits_withSeed(bytes.data() + header_bytes, directory_bytes, seed));
  return bytes;
}

void check_frame(std::string_view bytes) {
  const auto frame = FrameView::parse(bytes);
  if (!frame) {
    ROUNDS_CHECK(frame.error().code == ErrorCode::corruption, "what is no frame is corrupt");
    return;
  }
  ROUNDS_CHECK(frame->event_count() >= 1 && frame->event_count() <= max_events_per_frame,
               "the number of events is limited");
  FrameWriter writer;
  writer.begin(frame->first_sequence(), frame->previous_chain());
  for (std::uint32_t i = 0; i < frame->event_count(); ++i) {
    const auto event = frame->event_bytes(i);
    if (!event) return;
    fuzz_event(*event);
    if (writer.is_full()) return;  // no writer makes frames of this length
    writer.add(*event);
  }
  ROUNDS_CHECK(writer.finish().bytes == bytes, "a frame has one form");
}

// The events that `input` stands for: each a byte with its length, and so many bytes.
std::vector<std::string_view> split(std::string_view input) {
  std::vector<std::string_view> events;
  while (!input.empty()) {
    const std::size_t length = static_cast<unsigned char>(input.front());
    events.push_back(input.substr(1, length));
    input.remove_prefix(1 + events.back().size());
  }
  return events;
}

// Whether all of `bytes` reads as a frame with sound events.
bool is_sound(std::string_view bytes) {
  const auto frame = FrameView::parse(bytes);
  if (!frame) return false;
  for (std::uint32_t i = 0; i < frame->event_count(); ++i) {
    if (!frame->event_bytes(i)) return false;
  }
  return true;
}

void check_written_frame(std::string_view input) {
  FrameWriter writer;
  writer.begin(input.size(), 7);
  std::vector<std::string_view> events;
  for (const std::string_view event : split(input)) {
    if (writer.is_full()) break;
    writer.add(event);
    events.push_back(event);
  }
  if (events.empty()) return;
  std::string bytes(writer.finish().bytes);
  const auto frame = FrameView::parse(bytes);
  ROUNDS_CHECK(frame.has_value(), frame.error().message);
  ROUNDS_CHECK(frame->event_count() == events.size(), "a frame holds what was added");
  for (std::uint32_t i = 0; i < frame->event_count(); ++i) {
    ROUNDS_CHECK(frame->event_bytes(i) == events[i], "a frame holds what was added");
  }
  const std::size_t bit = XXH3_64bits(input.data(), input.size()) % (8 * bytes.size());
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  ROUNDS_CHECK(!is_sound(bytes), "a flipped bit is noticed");
}

}  // namespace

void fuzz_frame(std::string_view input) {
  check_frame(input);
  check_frame(with_hashes(input));
  check_written_frame(input);
}

}  // namespace rounds::test
