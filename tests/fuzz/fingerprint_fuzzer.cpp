#include <cstddef>
#include <string>
#include <vector>

#include "core/check.hpp"
#include "core/fingerprint.hpp"
#include "core/limits.hpp"
#include "core/sha256.hpp"
#include "tests/fuzz/fuzzers.hpp"
#include "tests/fuzz/properties.hpp"
#include "tests/support/reference_template.hpp"

namespace rounds::test {
namespace {

constexpr std::size_t long_message_bytes = 64 * 1024;
constexpr std::size_t stack_hash_digits = 16;

std::string to_ascii(std::string_view text) {
  std::string ascii(text);
  for (char& c : ascii) c = static_cast<char>(c & 0x7F);
  return ascii;
}

void check_long_template(const std::string& message) {
  const std::string made = message_template_v2(message);
  ROUNDS_CHECK(made.size() <= limits::max_template_bytes, "a template is limited");
  ROUNDS_CHECK(!is_clean(message) || is_clean(made), "a template cuts no character in two");
  ROUNDS_CHECK(message_template_v1(message).size() <= message.size(),
               "v1 never makes a text longer");
}

// An occurrence with the texts in `input`, which NULs separate: its message, then module and
// function of each frame.
Occurrence make_occurrence(std::string_view input) {
  std::vector<std::string> texts(1);
  for (const char c : input) {
    if (c == '\0') {
      texts.emplace_back();
    } else {
      texts.back() += c;
    }
  }
  Occurrence occurrence;
  occurrence.service = "shop";
  occurrence.error_type = "E";
  occurrence.message = texts.front();
  for (std::size_t i = 1; i + 1 < texts.size(); i += 2) {
    occurrence.frames.push_back({.module = texts[i], .function = texts[i + 1]});
  }
  return occurrence;
}

// The plain implementation of templates v1 knows ASCII only; fingerprints v1 are as
// docs/grouping.md has them.
void check_v1(Occurrence occurrence) {
  ROUNDS_CHECK(message_template_v1(occurrence.message).size() <= occurrence.message.size(),
               "v1 never makes a text longer");
  occurrence.message = to_ascii(occurrence.message);
  const std::string message_template = reference_template_v1(occurrence.message);
  std::string joined;
  for (std::size_t i = 0; i < occurrence.frames.size(); ++i) {
    if (i > 0) joined += "|";
    joined += occurrence.frames[i].module + "::" + occurrence.frames[i].function;
  }
  const std::string stack_hash = sha256_hex(joined).substr(0, stack_hash_digits);
  const std::string key =
      occurrence.error_type + "|" + occurrence.service + "|" + message_template + "|" + stack_hash;
  const auto identity = identify(occurrence, FingerprintRules::v1).identity;
  expect_same_text(occurrence.message, identity->message_template, message_template);
  expect_same_text("stack hash v1", identity->stack_hash, stack_hash);
  expect_same_text("fingerprint v1", identity->fingerprint, sha256_hex(key));
}

void check_v2(Occurrence occurrence) {
  const SignatureIdentity identity = identify_v2(occurrence);
  expect_same_text(occurrence.message, identity.message_template,
                   reference_template_v2(occurrence.message));
  const std::string_view fingerprint = identity.fingerprint;
  ROUNDS_CHECK(fingerprint.size() == 67 && fingerprint.starts_with("v2:") &&
                   fingerprint.find_first_not_of("0123456789abcdef", 3) == std::string_view::npos,
               "a fingerprint is v2: and 64 hex digits");
  ROUNDS_CHECK(explain_v2(occurrence).identity == identity, "what is explained is what counts");
  for (StackFrame& frame : occurrence.frames) frame.line += 17;
  ROUNDS_CHECK(identify_v2(occurrence) == identity, "lines never count");
}

}  // namespace

void fuzz_fingerprint(std::string_view input) {
  if (is_chosen(input)) check_long_template(repeat(input, long_message_bytes));
  const Occurrence occurrence = make_occurrence(input);
  check_v1(occurrence);
  check_v2(occurrence);
}

}  // namespace rounds::test
