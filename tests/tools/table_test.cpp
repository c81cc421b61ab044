// Tables: alignment, cutting, hostile cells.
#include "tools/table.hpp"

#include <gtest/gtest.h>

namespace rounds::tools {
namespace {

Table sample_table() {
  Table table({{"ID"},
               {"COUNT", Align::right},
               {"SERVICE", Align::left, true},
               {"MESSAGE", Align::left, true}});
  table.add_row({"1", "7", "shop", "short"});
  table.add_row({"22", "1234567", "a-rather-long-service", "a message that goes on and on"});
  return table;
}

TEST(Table, AlignsItsColumns) {
  EXPECT_EQ(sample_table().to_text(0),
            "ID    COUNT  SERVICE                MESSAGE\n"
            "1         7  shop                   short\n"
            "22  1234567  a-rather-long-service  a message that goes on and on\n");
}

TEST(Table, CutsTheWidestCellsToFitTheTerminal) {
  EXPECT_EQ(sample_table().to_text(40),
            "ID    COUNT  SERVICE       MESSAGE\n"
            "1         7  shop          short\n"
            "22  1234567  a-rather-lo…  a message th…\n");
}

TEST(Table, NeverCutsWhatMustStayWhole) {
  const std::string text = sample_table().to_text(10);
  EXPECT_NE(text.find("22  1234567  a-rathe…  a messa…\n"), std::string::npos) << text;
}

TEST(Table, AlignsByWidthOnTheTerminal) {
  Table table({{"A"}, {"B"}});
  table.add_row({"日本", "x"});
  table.add_row({"größe", "y"});
  EXPECT_EQ(table.to_text(0), "A      B\n日本   x\ngröße  y\n");
}

TEST(Table, KeepsHostileCellsInTheirRow) {
  Table table({{}, {}});
  table.add_row({"message", "x\nforged row\x1b[2J"});
  EXPECT_EQ(table.to_text(0), "message  x\\nforged row\\x1b[2J\n");
}

TEST(Table, WithoutRowsIsItsTitles) {
  EXPECT_EQ(Table({{"ID"}, {"STATUS"}}).to_text(80), "ID  STATUS\n");
}

}  // namespace
}  // namespace rounds::tools
