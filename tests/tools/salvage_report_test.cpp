#include "tools/salvage_report.hpp"

#include <boost/json/value.hpp>
#include <gtest/gtest.h>

namespace rounds::tools {
namespace {

TEST(SalvageReportJson, SaysWhyACopyWasReadAndWhyTheProjectionsWereNot) {
  SalvageReport report;
  report.copied_because = Error{ErrorCode::corruption, "no MANIFEST"};
  const auto json = to_json(report);
  EXPECT_EQ(json.at("copied_because").at("code").as_string(), "corruption");
  EXPECT_EQ(json.at("copied_because").at("message").as_string(), "no MANIFEST");
  EXPECT_TRUE(json.at("projections").at("error").is_null());
}

}  // namespace
}  // namespace rounds::tools
