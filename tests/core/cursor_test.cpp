#include "core/cursor.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"

namespace rounds {
namespace {

SignatureId id_ending_in(std::uint8_t byte) {
  SignatureId id;
  id.bytes[15] = byte;
  return id;
}

TEST(PageCursor, OrdersByLastSeenThenCountThenId) {
  const std::vector<PageCursor> in_order{
      {test::at_second(9), 1, id_ending_in(9)},
      {test::at_second(5), 7, id_ending_in(8)},
      {test::at_second(5), 6, id_ending_in(1)},
      {test::at_second(5), 6, id_ending_in(2)},
      {test::at_second(5), 1, id_ending_in(0)},
      {test::at_second(1), 9, id_ending_in(0)},
      {timestamp_from_microseconds(-1), 9, id_ending_in(0)},
  };
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    for (std::size_t j = 0; j < in_order.size(); ++j) {
      EXPECT_EQ(in_order[i].precedes(in_order[j]), i < j) << i << " and " << j;
    }
  }
}

TEST(PageCursor, NamesThePositionOfASignature) {
  Signature signature;
  signature.id = id_ending_in(3);
  signature.last_seen = test::at_second(4);
  signature.occurrence_count = 5;
  EXPECT_EQ(PageCursor::at(signature), (PageCursor{test::at_second(4), 5, id_ending_in(3)}));
}

TEST(PageCursor, ReadsWhatItWrites) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  for (const Timestamp time : {min_timestamp, timestamp_from_microseconds(-1), Timestamp{},
                               test::at_second(1), max_timestamp}) {
    for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{1}, most}) {
      const PageCursor cursor{time, count, id_ending_in(7)};
      EXPECT_EQ(PageCursor::decode(cursor.encode()), cursor);
    }
  }
  EXPECT_EQ((PageCursor{timestamp_from_microseconds(0x0102), 0x0304, id_ending_in(5)}).encode(),
            "0000000000000102"
            "0000000000000304"
            "00000000000000000000000000000005");
}

TEST(PageCursor, RefusesTextThatItDidNotWrite) {
  const std::string good = PageCursor{test::at_second(1), 2, id_ending_in(3)}.encode();
  const std::string time_out_of_range = std::string(16, 'f').replace(0, 1, "7") + good.substr(16);
  for (const std::string& text : {std::string(), std::string("next"), good.substr(1), good + "0",
                                  "g" + good.substr(1), " " + good, time_out_of_range}) {
    const auto cursor = PageCursor::decode(text);
    ASSERT_FALSE(cursor) << text;
    EXPECT_EQ(cursor.error().code, ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace rounds
