// Sorting rows with more of them than memory may hold.
#include "projections/row_sorter.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "tests/support/seed.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

class Collected final : public RowSink {
 public:
  Result<void> add(std::string_view key, std::string_view value) override {
    rows.emplace_back(key, value);
    return {};
  }
  Result<void> finish() override {
    finished = true;
    return {};
  }

  std::vector<std::pair<std::string, std::string>> rows;
  bool finished = false;
};

class RowSorterTest : public testing::Test {
 protected:
  [[nodiscard]] std::ptrdiff_t file_count() const {
    return std::distance(std::filesystem::directory_iterator(directory_.path()), {});
  }

  TemporaryDirectory directory_;
};

// A block of rows is 1 MiB.
constexpr std::size_t plenty = 64U << 20U;
constexpr std::size_t little = 1U << 20U;

TEST_F(RowSorterTest, GivesAllRowsInOrderWhereverTheyWere) {
  std::mt19937_64 random(random_seed());
  for (const std::size_t memory : {plenty, little}) {
    RowSorter sorter({}, directory_.path(), "rows", memory);
    std::map<std::string, std::string> expected;
    while (expected.size() < 60'000) {
      // Many share a long beginning; some are shorter than a number.
      std::string key = random() % 3 == 0 ? std::string(random() % 24, 'a') : std::string();
      const std::size_t size = key.size() + random() % 20;
      while (key.size() < size) key.push_back(static_cast<char>(random()));
      const std::string value(random() % 40, static_cast<char>(random()));
      if (!expected.emplace(key, value).second) continue;
      ASSERT_TRUE(sorter.add(key, value));
    }
    Collected sink;
    const auto sorted = sorter.finish(sink);
    ASSERT_TRUE(sorted) << sorted.error().message;
    EXPECT_TRUE(sink.finished);
    EXPECT_TRUE(std::ranges::equal(sink.rows, expected, [](const auto& left, const auto& right) {
      return left.first == right.first && left.second == right.second;
    }));
    EXPECT_EQ(file_count() > 2, memory == little) << file_count() << " files";
  }
}

TEST_F(RowSorterTest, AFileOfRowsRefusesAKeyTwice) {
  RowSorter sorter({}, directory_.path(), "rows", plenty);
  ASSERT_TRUE(sorter.add("same", "1"));
  ASSERT_TRUE(sorter.add("same", "2"));
  TableFileWriter file({}, directory_.path(), "file");
  const auto sorted = sorter.finish(file);
  ASSERT_FALSE(sorted);
  EXPECT_EQ(sorted.error().code, ErrorCode::corruption);
}

}  // namespace
}  // namespace rounds::test
