// gunzip, and the memory it takes: this program counts what operator new gives out.
#define ZLIB_CONST  // zlib takes const input, as it should

#include "ingest/gzip.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <malloc.h>
#include <zlib.h>

#include "tests/support/seed.hpp"

namespace {

std::atomic<std::size_t> allocated_now{0};
std::atomic<std::size_t> allocated_peak{0};

}  // namespace

void* operator new(std::size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  const std::size_t now = allocated_now += malloc_usable_size(memory);
  std::size_t peak = allocated_peak;
  while (now > peak && !allocated_peak.compare_exchange_weak(peak, now)) {
  }
  return memory;
}

void operator delete(void* memory) noexcept {
  allocated_now -= malloc_usable_size(memory);
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace rounds::test {
namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

std::string gzip(const std::string& content) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string result(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

TEST(Gzip, GivesBackContentOfAnySize) {
  std::mt19937_64 random(random_seed());
  for (const std::size_t size : {0UL, 1UL, 65'535UL, 65'536UL, 65'537UL, 131'072UL, 300'000UL}) {
    std::string content(size, '\0');
    for (char& c : content) c = static_cast<char>(random());
    const auto result = gunzip(gzip(content), size);
    ASSERT_TRUE(result.has_value()) << size << result.error().message;
    EXPECT_EQ(*result, content);
  }
}

TEST(Gzip, ReadsConcatenatedMembers) {
  const auto result = gunzip(gzip("one ") + gzip("") + gzip("two"), 7);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(*result, "one two");
}

TEST(Gzip, RefusesOneByteOverTheLimit) {
  for (const std::size_t size : {1UL, 65'536UL, 65'537UL}) {
    const auto result = gunzip(gzip(std::string(size, 'x')), size - 1);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::too_large);
  }
  const auto members = gunzip(gzip("one") + gzip("two"), 5);
  ASSERT_FALSE(members.has_value());
  EXPECT_EQ(members.error().code, ErrorCode::too_large);
}

TEST(Gzip, StopsABombAtTheLimit) {
  const std::string bomb = gzip(std::string(100 * mebibyte, '\0'));
  ASSERT_LT(bomb.size(), mebibyte);
  const std::size_t before = allocated_now;
  allocated_peak = before;
  const auto result = gunzip(bomb, 4 * mebibyte);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::too_large);
  EXPECT_NE(result.error().message.find("4194304"), std::string::npos);
  // The limit and one block, with some room for allocator overhead.
  EXPECT_LT(allocated_peak - before, 4 * mebibyte + mebibyte / 4);
  EXPECT_GT(allocated_peak - before, 3 * mebibyte) << "the counter does not count";
}

TEST(Gzip, SaysWhenTheBodyEndsTooEarly) {
  const std::string whole = gzip("some content that is long enough");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto result = gunzip(std::string_view(whole).substr(0, length), mebibyte);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(result.error().message.find("ends too early"), std::string::npos);
  }
}

TEST(Gzip, SaysWhenTheBodyIsMalformed) {
  std::string wrong_checksum = gzip("some content");
  wrong_checksum[wrong_checksum.size() - 6] ^= 1;
  for (const std::string& body : {std::string("plain text"), std::string("\x78\x9C zlib"),
                                  wrong_checksum, gzip("x") + "trailing"}) {
    const auto result = gunzip(body, mebibyte);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(result.error().message.find("not valid gzip"), std::string::npos)
        << result.error().message;
  }
}

}  // namespace
}  // namespace rounds::test
