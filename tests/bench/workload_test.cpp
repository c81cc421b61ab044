// That a system which counts wrong fails its workload. Wrong counts are made by running a workload
// a second time in the same directory, which every workload expects to be empty.
#include "bench/compare/workload.hpp"

#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/support/occurrence_stream.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rounds::bench {
namespace {

using testing::HasSubstr;

using Make = std::unique_ptr<Workload> (*)(const Scale&);

struct Case {
  const char* name;
  Make make;
  System system;

  friend void PrintTo(const Case& tested, std::ostream* out) { *out << tested.name; }
};

class WrongCount : public testing::TestWithParam<Case> {};

TEST_P(WrongCount, FailsTheWorkload) {
  const test::TemporaryDirectory directory;
  const auto workload = GetParam().make(tiny_scale());
  workload->prepare();
  const auto right = workload->run(GetParam().system, directory.path());
  ASSERT_TRUE(right) << right.error().message;
  EXPECT_FALSE(right->empty());
  const auto wrong = workload->run(GetParam().system, directory.path());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::corruption);
  EXPECT_THAT(wrong.error().message, HasSubstr("counted"));
}

INSTANTIATE_TEST_SUITE_P(
    , WrongCount,
    testing::Values(Case{"zipf_coalesced_rounds", make_zipf_coalesced, System::rounds},
                    Case{"zipf_coalesced_sqlite", make_zipf_coalesced, System::sqlite},
                    Case{"zipf_each_rounds", make_zipf_each, System::rounds},
                    Case{"zipf_each_exemplars", make_zipf_each, System::rounds_exemplars},
                    Case{"uniform_rounds", make_uniform, System::rounds},
                    Case{"uniform_rocksdb_rows", make_uniform, System::rocksdb_rows},
                    Case{"uniform_sqlite", make_uniform, System::sqlite},
                    Case{"sync_one_rounds", make_sync_one, System::rounds},
                    Case{"sync_one_sqlite", make_sync_one, System::sqlite_rowwise},
                    Case{"otlp_http_rounds", make_otlp_http, System::rounds}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(Totals, ThatDifferAreAnErrorThatNamesThem) {
  EXPECT_TRUE(check_totals("rounds", {10, 2}, {10, 2}));
  const auto wrong = check_totals("rounds", {9, 2}, {10, 2});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message,
              HasSubstr("rounds counted 9 occurrences of 2 signatures instead of 10 of 2"));
  EXPECT_FALSE(check_totals("rounds", {10, 1}, {10, 2}));
}

}  // namespace
}  // namespace rounds::bench
