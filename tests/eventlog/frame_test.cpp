#include "eventlog/frame.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace rounds::test {
namespace {

std::string make_frame(Sequence first, ChainHash previous, const std::vector<std::string>& events) {
  FrameWriter writer;
  writer.begin(first, previous);
  for (const std::string& event : events) writer.add(event);
  return std::string(writer.finish().bytes);
}

TEST(Frame, HoldsItsEventsInOrder) {
  const std::string bytes = make_frame(41, 7, {"first", "", "third"});
  const auto frame = FrameView::parse(bytes);
  ASSERT_TRUE(frame) << frame.error().message;
  EXPECT_EQ(frame->first_sequence(), 41U);
  EXPECT_EQ(frame->last_sequence(), 43U);
  EXPECT_EQ(frame->previous_chain(), 7U);
  EXPECT_EQ(*frame->event_bytes(0), "first");
  EXPECT_EQ(*frame->event_bytes(1), "");
  EXPECT_EQ(*frame->event_bytes(2), "third");
}

TEST(Frame, HasTheLayoutOfTheFormatDocument) {
  // The worked example of docs/format.md.
  const std::string bytes = make_frame(1, 0, {"abc"});
  ASSERT_EQ(bytes.size(), 32U + 12U + 3U);
  EXPECT_EQ(bytes.substr(0, 24), std::string("RRF1"
                                             "\x01\0\0\0"
                                             "\x01\0\0\0\0\0\0\0"
                                             "\0\0\0\0\0\0\0\0",
                                             24));
  EXPECT_EQ(bytes.substr(32, 4), std::string("\x03\0\0\0", 4));
  EXPECT_EQ(bytes.substr(44), "abc");
}

TEST(Frame, ChainsDependOnWhatCameBefore) {
  const auto chain = [](ChainHash previous, const std::string& event) {
    const std::string bytes = make_frame(1, previous, {event});
    return FrameView::parse(bytes)->chain();
  };
  EXPECT_NE(chain(0, "a"), chain(1, "a"));
  EXPECT_NE(chain(0, "a"), chain(0, "b"));
  EXPECT_EQ(chain(0, "a"), chain(0, "a"));
}

TEST(Frame, NoFlippedBitGoesUnnoticed) {
  const std::string sound = make_frame(9, 5, {"hello", "world"});
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::string bytes = sound;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    const auto frame = FrameView::parse(bytes);
    if (!frame) continue;
    const bool noticed = !frame->event_bytes(0) || !frame->event_bytes(1);
    EXPECT_TRUE(noticed) << "bit " << bit;
  }
}

TEST(Frame, NoTruncationGoesUnnoticed) {
  const std::string sound = make_frame(9, 5, {"hello", "world"});
  for (std::size_t size = 0; size < sound.size(); ++size) {
    EXPECT_FALSE(FrameView::parse(std::string_view(sound).substr(0, size))) << size;
  }
}

TEST(Frame, IsFullAtItsTargetSize) {
  FrameWriter writer;
  writer.begin(1, 0);
  EXPECT_TRUE(writer.is_empty());
  writer.add(std::string(frame_target_bytes - 1, 'x'));
  EXPECT_FALSE(writer.is_full());
  writer.add("x");
  EXPECT_TRUE(writer.is_full());
}

TEST(Frame, KeysAreInTheOrderOfTheirSequences) {
  EXPECT_EQ(frame_key(0x0102030405060708), "\x01\x02\x03\x04\x05\x06\x07\x08");
  EXPECT_LT(frame_key(255), frame_key(256));
  EXPECT_EQ(*parse_frame_key(frame_key(123456789)), 123456789U);
  EXPECT_FALSE(parse_frame_key("short"));
}

}  // namespace
}  // namespace rounds::test
