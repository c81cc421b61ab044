// Fingerprint v1 against the cases in tests/data/fingerprint_v1 (see ORIGIN.md there).
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/fingerprint.hpp"

namespace rounds {
namespace {

std::string text_of(const boost::json::object& object, std::string_view key) {
  return boost::json::value_to<std::string>(object.at(key));
}

// Calls `check` for each line of a JSON Lines file and returns the number of lines.
std::size_t for_each_case(const std::string& file,
                          const std::function<void(const boost::json::object&)>& check) {
  std::ifstream input(ROUNDS_TEST_DATA_DIR "/fingerprint_v1/" + file);
  std::size_t cases = 0;
  for (std::string line; std::getline(input, line); ++cases) {
    SCOPED_TRACE(file + ":" + std::to_string(cases + 1));
    check(boost::json::parse(line).as_object());
  }
  return cases;
}

TEST(FingerprintV1, ReproducesEveryReferenceVector) {
  const std::size_t cases = for_each_case("vectors.jsonl", [](const boost::json::object& expected) {
    std::vector<StackFrame> frames;
    for (const boost::json::value& frame : expected.at("frames").as_array()) {
      frames.push_back({text_of(frame.as_object(), "module"),
                        text_of(frame.as_object(), "function"), "not_counted.py", 42});
    }
    const SignatureIdentity identity =
        identify_v1(text_of(expected, "error_type"), text_of(expected, "service"),
                    text_of(expected, "message"), frames);
    EXPECT_EQ(identity.message_template, text_of(expected, "template"));
    EXPECT_EQ(identity.stack_hash, text_of(expected, "stack_hash"));
    EXPECT_EQ(identity.fingerprint, text_of(expected, "fingerprint"));
    EXPECT_EQ(identity.error_type, text_of(expected, "error_type"));
    EXPECT_EQ(identity.service, text_of(expected, "service"));
  });
  EXPECT_EQ(cases, 973U);
}

TEST(FingerprintV1, CutsGeneratedMessagesAsPythonDoes) {
  const std::size_t cases =
      for_each_case("generated.jsonl", [](const boost::json::object& expected) {
        EXPECT_EQ(message_template_v1(text_of(expected, "message")), text_of(expected, "template"));
      });
  EXPECT_EQ(cases, 2105U);
}

}  // namespace
}  // namespace rounds
