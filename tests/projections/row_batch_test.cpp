// Of large batches no more than one waits in memory to become tables.
#include "projections/row_batch.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/seed.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::test {
namespace {

TEST(RowBatchTest, ALargeBatchIsWrittenOnceTheOneBeforeIsInTables) {
  const TemporaryDirectory directory;
  const auto database = ProjectionDatabase::open(directory.path(), LogId{});
  ASSERT_TRUE(database) << database.error().message;
  auto* family = family_of((*database)->active(), Projection::signatures);
  // Tables of them are not made in no time, as those of equal ones would be.
  std::mt19937_64 random(random_seed());
  std::string row(4096, 'x');
  for (char& byte : row) byte = static_cast<char>(random());
  std::deque<RowBatch> batches;
  for (int batch = 0; batch < 4; ++batch) {
    RowBatch& rows = batches.emplace_back(**database, (*database)->active(), 0);
    rows.begin(Projection::signatures);
    for (int i = 0; i < 3000; ++i) {
      std::ranges::shuffle(row, random);
      ASSERT_TRUE(rows.put(std::to_string(batch) + "/" + std::to_string(10'000 + i), row));
    }
  }
  for (RowBatch& rows : batches) {
    ASSERT_TRUE(rows.commit(nullptr));
    std::uint64_t bytes = 0;
    ASSERT_TRUE((*database)->database().GetIntProperty(
        family, rocksdb::DB::Properties::kSizeAllMemTables, &bytes));
    EXPECT_LT(bytes, 2U * 3000 * row.size()) << "two batches are in memory";
  }
}

}  // namespace
}  // namespace rounds::test
