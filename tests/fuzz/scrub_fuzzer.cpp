#include <string>

#include "core/check.hpp"
#include "ingest/scrub.hpp"
#include "tests/fuzz/fuzzers.hpp"
#include "tests/fuzz/properties.hpp"

namespace rounds::test {
namespace {

constexpr std::size_t long_text_bytes = 64 * 1024;

void check(const std::string& text) {
  std::string once = text;
  const bool changed = scrub_secrets(once);
  ROUNDS_CHECK(changed || once == text, "what has no secrets stays");
  ROUNDS_CHECK(!is_clean(text) || is_clean(once), "no character is cut in two");
  // A secret is a byte or more, behind the two or more of its key.
  ROUNDS_CHECK(once.size() <= text.size() * scrubbed_marker.size(), "a text grows little");
  std::string twice = once;
  scrub_secrets(twice);
  expect_same_text("scrubbed twice", twice, once);
}

}  // namespace

void fuzz_scrub(std::string_view input) {
  check(std::string(input));
  if (is_chosen(input)) check(repeat(input, long_text_bytes));
}

}  // namespace rounds::test
