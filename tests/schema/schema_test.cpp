// The schemas in the tree can read what every release wrote, and the checks notice when not.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sha256.hpp"
#include "eventlog/schema_version.hpp"
#include "tests/schema/conformity.hpp"

namespace rounds::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const std::filesystem::path schema_directory = ROUNDS_SCHEMA_DIR;

std::unique_ptr<flatbuffers::Parser> load_schema(const std::filesystem::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return parse_schema(text, path.parent_path());
}

// The .fbs files of a folder, without those below it.
std::vector<std::filesystem::path> schemas_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> schemas;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".fbs") schemas.push_back(entry.path());
  }
  EXPECT_FALSE(schemas.empty()) << directory;
  return schemas;
}

TEST(Schema, KeepsTheRulesThatLetItGrow) {
  for (const auto& path : schemas_in(schema_directory)) {
    EXPECT_THAT(breaches(*load_schema(path)), IsEmpty()) << path;
  }
}

std::filesystem::path frozen(std::uint16_t version) {
  return schema_directory / "history" / ("v" + std::to_string(version));
}

TEST(Schema, ReadsWhatEveryReleasedVersionWrote) {
  for (std::uint16_t version = 1; version <= event_schema_version; ++version) {
    for (const auto& path : schemas_in(frozen(version))) {
      const auto released = load_schema(path);
      const auto present = load_schema(schema_directory / path.filename());
      EXPECT_THAT(differences(*released, *present), IsEmpty()) << path;
      EXPECT_EQ(present->ConformTo(*released), "") << path;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(frozen(event_schema_version + 1)))
      << "raise event_schema_version";
}

// A field that came without a new version would be passed over by releases that do not know it.
TEST(Schema, IsThatOfTheVersionThatEventsAreWrittenAs) {
  for (const auto& path : schemas_in(frozen(event_schema_version))) {
    const auto released = load_schema(path);
    const auto present = load_schema(schema_directory / path.filename());
    EXPECT_THAT(differences(*present, *released), IsEmpty())
        << "raise event_schema_version and freeze the schema: docs/evolution.md";
  }
}

// The lines of sha256sum over schema/history; false if a file is another one.
bool is_as_frozen(const std::string& line) {
  const auto space = line.find("  ");
  std::ifstream file(schema_directory / "history" / line.substr(space + 2), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return sha256_hex(bytes) == line.substr(0, space);
}

TEST(Schema, WhatIsFrozenIsNeverChanged) {
  std::ifstream sums(schema_directory / "history" / "SHA256SUMS");
  std::size_t count = 0;
  for (std::string line; std::getline(sums, line); ++count) EXPECT_TRUE(is_as_frozen(line)) << line;
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(schema_directory / "history")) {
    if (entry.is_regular_file()) ++files;
  }
  EXPECT_EQ(count, files - 1) << "SHA256SUMS has a line for each other file";
  EXPECT_FALSE(is_as_frozen(std::string(64, '0') + "  v1/event.fbs"));
}

constexpr const char* released_text = R"(
  namespace n;
  enum Color : ubyte { red = 0, green = 1, blue = 3 }
  struct Point { x:int; y:int; }
  table A { a:long (id: 0); b:ubyte = 17 (id: 1); c:Color (id: 2); d:[string] (id: 3); }
  table B { at:Point (id: 0); }
  table Unused { }
  union Any { A, B }
  table Root { any:Any (id: 1); next:Root (id: 2); }
  root_type Root;
  file_identifier "TEST";)";

// The released schema with the first `text` in it replaced.
std::unique_ptr<flatbuffers::Parser> changed(std::string_view text, std::string_view replacement) {
  std::string schema = released_text;
  const auto position = schema.find(text);
  EXPECT_NE(position, std::string::npos) << text;
  schema.replace(position, text.size(), replacement);
  return parse_schema(schema, schema_directory);
}

TEST(SchemaConformity, AcceptsWhatGrowsAtTheEnd) {
  const auto released = parse_schema(released_text, schema_directory);
  EXPECT_THAT(differences(*released, *released), IsEmpty());
  for (const auto& [text, replacement] :
       {std::pair{"blue = 3", "blue = 3, black = 4"},
        std::pair{"(id: 3);", "(id: 3); e:int (id: 4);"}, std::pair{"{ A, B }", "{ A, B, Unused }"},
        std::pair{"table Unused", "table More {} table Unused"}}) {
    EXPECT_THAT(differences(*released, *changed(text, replacement)), IsEmpty()) << replacement;
  }
}

TEST(SchemaConformity, FindsWhateverBreaksReaders) {
  struct Change {
    const char* text;
    const char* replacement;
    const char* finding;
  };
  const auto released = parse_schema(released_text, schema_directory);
  for (const auto& [text, replacement, finding] : {
           Change{"d:[string] (id: 3);", "", "n.A.d ("},  // removed at the end
           Change{"a:long", "z:long", "n.A.a ("},         // renamed
           Change{"a:long", "a:ulong", "n.A.a was"},      // another type
           Change{"[string]", "[ubyte]", "n.A.d was"},    // another element
           Change{"= 17", "= 9", "n.A.b was"},            // another default
           Change{"= 17", "= null", "n.A.b was"},         // no default
           Change{"= 17 (id: 1)", "= 17 (id: 1, deprecated)", "n.A.b was"},
           Change{"[string] (id: 3)", "[string] (id: 3, required)", "n.A.d was"},
           Change{"a:long (id: 0); b:ubyte = 17 (id: 1)", "a:long (id: 1); b:ubyte = 17 (id: 0)",
                  "n.A.a was"},  // ids swapped
           Change{"c:Color", "c:ubyte", "n.A.c was"},
           Change{"table Unused { }", "", "n.Unused ("},
           Change{"struct Point { x:int; y:int; }", "struct Point { y:int; x:int; }",
                  "n.Point.x was"},                           // reordered
           Change{"y:int;", "y:int; z:int;", "n.Point was"},  // a longer struct
           Change{", blue = 3", "", "n.Color.blue ("},
           Change{"red = 0, green = 1", "green = 0, red = 1", "n.Color.red was"},
           Change{"green = 1,", "green = 1, white = 2,", "n.Color.white is new"},
           Change{"Color : ubyte", "Color : ushort", "n.Color was"},
           Change{"{ A, B }", "{ B, A }", "n.Any.A was"},
           Change{"{ A, B }", "{ A }", "n.Any.B ("},
           Change{"root_type Root", "root_type A", "root_type was"},
           Change{"\"TEST\"", "\"REST\"", "file_identifier was"},
           Change{"namespace n", "namespace m", "n.A ("},
       }) {
    EXPECT_THAT(differences(*released, *changed(text, replacement)), Contains(HasSubstr(finding)))
        << text << " -> " << replacement;
  }
}

// Why there is a check of our own: flatc finds nothing wrong with any of these.
TEST(SchemaConformity, FindsWhatFlatcAccepts) {
  struct Change {
    const char* text;
    const char* replacement;
    const char* finding;
  };
  const auto released = parse_schema(released_text, schema_directory);
  for (const auto& [text, replacement, finding] : {
           Change{"d:[string] (id: 3);", "", "n.A.d ("},  // a field at the end is gone
           Change{", blue = 3", "", "n.Color.blue ("},    // a value of an enum is gone
           Change{"a:long", "z:long", "n.A.a ("},         // a field has another name
           Change{"table Unused { }", "", "n.Unused ("},  // a table is gone
           Change{"(id: 3);", "(id: 3); e:string (id: 4, required);", "n.A.e is required"},
       }) {
    const auto present = changed(text, replacement);
    EXPECT_EQ(present->ConformTo(*released), "") << text << ": flatc has learnt to find it";
    auto found = differences(*released, *present);
    std::ranges::move(breaches(*present), std::back_inserter(found));
    EXPECT_THAT(found, Contains(HasSubstr(finding))) << text << " -> " << replacement;
  }
}

TEST(SchemaConformity, FindsBreachesOfTheRules) {
  for (const auto& [text, finding] :
       {std::pair{"table T { a:int; }", "T.a has no id"},
        std::pair{"table T { a:string (id: 0, required); }", "T.a is required"},
        std::pair{"table T { a:int (id: 0, deprecated); }", "T.a is deprecated"}}) {
    EXPECT_THAT(breaches(*parse_schema(text, schema_directory)), Contains(finding));
  }
}

}  // namespace
}  // namespace rounds::test
