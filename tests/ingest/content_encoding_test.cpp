// deflate in both of its forms, brotli, and the names of all encodings. gzip_test.cpp has gzip.
#define ZLIB_CONST  // zlib takes const input, as it should

#include "ingest/content_encoding.hpp"

#include <random>
#include <string>

#include <brotli/encode.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "ingest/brotli.hpp"
#include "ingest/gzip.hpp"
#include "tests/support/seed.hpp"

namespace rounds::test {
namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

std::string deflate_with(const std::string& content, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY),
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

std::string zlib_deflate(const std::string& content) {
  return deflate_with(content, MAX_WBITS);
}

std::string raw_deflate(const std::string& content) {
  return deflate_with(content, -MAX_WBITS);
}

std::string brotli(const std::string& content) {
  std::size_t size = BrotliEncoderMaxCompressedSize(content.size());
  std::string result(size, '\0');
  EXPECT_EQ(BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, content.size(),
                                  reinterpret_cast<const std::uint8_t*>(content.data()), &size,
                                  reinterpret_cast<std::uint8_t*>(result.data())),
            BROTLI_TRUE);
  result.resize(size);
  return result;
}

struct Form {
  const char* name;
  std::string (*compress)(const std::string& content);
  Result<std::string> (*decompress)(std::string_view body, std::size_t max_bytes);
};
constexpr Form forms[] = {{"zlib", zlib_deflate, undeflate},
                          {"raw deflate", raw_deflate, undeflate},
                          {"brotli", brotli, unbrotli}};

TEST(ContentEncoding, GivesBackContentOfAnySize) {
  std::mt19937_64 random(random_seed());
  for (const Form& form : forms) {
    for (const std::size_t size : {0UL, 1UL, 65'535UL, 65'536UL, 65'537UL, 300'000UL}) {
      std::string content(size, '\0');
      for (char& c : content) c = static_cast<char>('a' + random() % 7);
      const auto result = form.decompress(form.compress(content), size);
      ASSERT_TRUE(result.has_value()) << form.name << size << result.error().message;
      EXPECT_EQ(*result, content);
    }
  }
}

TEST(ContentEncoding, StopsABombAtTheLimit) {
  const std::string zeros(64 * mebibyte, '\0');
  for (const Form& form : forms) {
    const std::string bomb = form.compress(zeros);
    ASSERT_LT(bomb.size(), mebibyte);
    const auto result = form.decompress(bomb, mebibyte);
    ASSERT_FALSE(result.has_value()) << form.name;
    EXPECT_EQ(result.error().code, ErrorCode::too_large);
    EXPECT_NE(result.error().message.find("1048576"), std::string::npos);
  }
}

TEST(ContentEncoding, RefusesOneByteOverTheLimit) {
  for (const Form& form : forms) {
    for (const std::size_t size : {1UL, 65'536UL, 65'537UL}) {
      const auto result = form.decompress(form.compress(std::string(size, 'x')), size - 1);
      ASSERT_FALSE(result.has_value()) << form.name << size;
      EXPECT_EQ(result.error().code, ErrorCode::too_large);
    }
  }
}

TEST(ContentEncoding, RefusesWhatIsCut) {
  for (const Form& form : forms) {
    const std::string whole = form.compress("some content that is long enough");
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const auto result = form.decompress(whole.substr(0, length), mebibyte);
      ASSERT_FALSE(result.has_value()) << form.name << length;
      EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
      EXPECT_NE(result.error().message.find("ends too early"), std::string::npos)
          << form.name << result.error().message;
    }
  }
}

TEST(ContentEncoding, RefusesWhatFollowsTheEnd) {
  for (const Form& form : forms) {
    const auto result = form.decompress(form.compress("content") + "more", mebibyte);
    ASSERT_FALSE(result.has_value()) << form.name;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  }
}

TEST(ContentEncoding, DamageIsAnErrorOrBoundedContent) {
  std::mt19937_64 random(random_seed());
  for (const Form& form : forms) {
    const std::string whole = form.compress("a text with a text with a text in it, and more of it");
    for (std::uint64_t i = 0; i < random_rounds(2'000); ++i) {
      std::string damaged = whole;
      damaged[random() % damaged.size()] ^= static_cast<char>(1U << random() % 8);
      const auto result = form.decompress(damaged, 4096);
      if (result) {
        EXPECT_LE(result->size(), 4096U);
      } else {
        EXPECT_FALSE(result.error().message.empty());
      }
    }
  }
}

TEST(ContentEncoding, KnowsTheNamesOfHttp) {
  EXPECT_EQ(content_encoding_of(""), ContentEncoding::identity);
  EXPECT_EQ(content_encoding_of("identity"), ContentEncoding::identity);
  EXPECT_EQ(content_encoding_of("x-gzip"), ContentEncoding::gzip);
  EXPECT_EQ(content_encoding_of("zstd"), std::nullopt);
  for (const auto encoding : {ContentEncoding::identity, ContentEncoding::gzip,
                              ContentEncoding::deflate, ContentEncoding::brotli}) {
    EXPECT_EQ(content_encoding_of(to_string(encoding)), encoding);
  }
}

TEST(ContentEncoding, DecompressesByName) {
  EXPECT_EQ(decompress(brotli("x"), ContentEncoding::brotli, 1).value(), "x");
  EXPECT_EQ(decompress(raw_deflate("x"), ContentEncoding::deflate, 1).value(), "x");
}

}  // namespace
}  // namespace rounds::test
