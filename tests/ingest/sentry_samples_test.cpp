// What real SDKs sent (tests/data/sentry): every error of the shops in tests/sdk is found, and
// grouped as a person would.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fingerprint.hpp"
#include "ingest/content_encoding.hpp"
#include "ingest/sentry_envelope.hpp"
#include "tests/support/samples.hpp"

namespace rounds::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::Pair;

constexpr std::size_t body_limit = 1024 * 1024;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// All that one shop sent.
struct Sent {
  std::vector<Occurrence> occurrences;
  std::size_t requests = 0;
  std::size_t below_error_count = 0;
  std::size_t damaged_count = 0;
};

Sent read_shop(std::string_view shop) {
  Sent sent;
  const std::filesystem::path folder = ROUNDS_TEST_DATA_DIR "/sentry";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(shop) && name.ends_with(".body")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& path : files) {
    auto meta_path = path;
    const auto meta = boost::json::parse(bytes_of(meta_path.replace_extension(".meta.json")));
    const auto& headers = meta.at("headers").as_object();
    const auto* encoding = headers.if_contains("content-encoding");
    std::string body = bytes_of(path);
    if (encoding != nullptr) {
      body =
          decompress(body, content_encoding_of(encoding->as_string()).value(), body_limit).value();
    }
    auto batch = decode_sentry_envelope(body, "7", at_second(1000));
    EXPECT_TRUE(batch.has_value()) << path << batch.error().message;
    if (!batch) continue;
    EXPECT_EQ(batch->damaged_count, 0U) << path << batch->damage;
    ++sent.requests;
    sent.below_error_count += batch->below_error_count;
    std::ranges::move(batch->occurrences, std::back_inserter(sent.occurrences));
  }
  return sent;
}

// The number of occurrences of each signature, by type and template.
std::multimap<std::string, int> signatures_of(const Sent& sent) {
  std::map<std::string, std::pair<std::string, int>> by_fingerprint;
  for (const Occurrence& occurrence : sent.occurrences) {
    const SignatureIdentity identity = identify_v2(occurrence);
    auto& [name, count] = by_fingerprint[identity.fingerprint];
    name = identity.service + " " + identity.error_type + ": " +
           identity.message_template.substr(0, 30);
    ++count;
  }
  std::multimap<std::string, int> signatures;
  for (const auto& [fingerprint, found] : by_fingerprint) signatures.insert(found);
  return signatures;
}

TEST(SentrySamples, FindsAllErrorsOfNode) {
  const Sent sent = read_shop("node_");
  EXPECT_EQ(sent.requests, 9U);
  EXPECT_EQ(sent.below_error_count, 1U);
  const auto signatures = signatures_of(sent);
  EXPECT_THAT(signatures, Contains(Pair("shop Error: cannot charge order <value>", 2)));
  EXPECT_THAT(signatures, Contains(Pair("shop AggregateError: both failed", 1)));
  EXPECT_THAT(signatures, Contains(Pair("shop Error: the disk is almost full", 1)));
  EXPECT_EQ(std::ranges::count_if(signatures,
                                  [](const auto& signature) {
                                    return signature.first.starts_with("users TypeError: ") &&
                                           signature.second == 1;
                                  }),
            2)
      << "the fingerprint of the SDK sets one apart";
  EXPECT_EQ(sent.occurrences.size(), 7U);
}

TEST(SentrySamples, FindsAllErrorsOfPythonInBothEncodings) {
  for (const std::string_view shop : {"python_gzip_", "python_br_"}) {
    const Sent sent = read_shop(shop);
    EXPECT_EQ(sent.requests, 7U);
    EXPECT_EQ(sent.below_error_count, 1U);
    const auto signatures = signatures_of(sent);
    EXPECT_THAT(signatures,
                Contains(Pair("shop __main__.OrderError: cannot charge order <value>", 2)));
    EXPECT_THAT(signatures, Contains(Pair("shop Error: user <value> has no name", 1)));
    EXPECT_THAT(signatures, Contains(Pair("users KeyError: '<value>'", 1)));
    EXPECT_EQ(sent.occurrences.size(), 6U);
  }
}

TEST(SentrySamples, KnowsTheCausesAndTheCodeOfTheApplication) {
  for (const auto& [shop, cause, function] : {std::tuple{"node_", "SyntaxError", "charge"},
                                              std::tuple{"python_gzip_", "ValueError", "charge"}}) {
    const Sent sent = read_shop(shop);
    const auto charged = std::ranges::find_if(sent.occurrences, [](const Occurrence& each) {
      return each.message.starts_with("cannot charge");
    });
    ASSERT_NE(charged, sent.occurrences.end()) << shop;
    EXPECT_THAT(charged->causes, ElementsAre(Field(&ErrorCause::error_type, cause)));
    ASSERT_FALSE(charged->frames.empty());
    EXPECT_EQ(charged->frames.back().function, function);
    EXPECT_EQ(charged->frames.back().origin, FrameOrigin::application);
    EXPECT_TRUE(charged->trace_id.is_present());
    EXPECT_GT(charged->frames.back().line, 0U);
  }
}

TEST(SentrySamples, ReadsGroupsOfErrors) {
  for (const auto& [shop, first, second] :
       {std::tuple{"node_", "RangeError", "TypeError"},
        std::tuple{"python_gzip_", "IndexError", "TypeError"}}) {
    const Sent sent = read_shop(shop);
    const auto group = std::ranges::find_if(sent.occurrences, [](const Occurrence& each) {
      return each.message.starts_with("both failed");
    });
    ASSERT_NE(group, sent.occurrences.end()) << shop;
    EXPECT_THAT(group->causes, ElementsAre(Field(&ErrorCause::error_type, first),
                                           Field(&ErrorCause::error_type, second)));
  }
}

}  // namespace
}  // namespace rounds::test
