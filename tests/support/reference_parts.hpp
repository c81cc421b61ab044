// The parts that the plain implementation of message templates
// (tests/support/reference_template.hpp) knows: what begins a text, if it is such a part. Usable
// from one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rounds::test::reference {

[[nodiscard]] bool is_atom(char c);
[[nodiscard]] bool is_blank(char c);
[[nodiscard]] std::string lower(std::string text);
[[nodiscard]] bool ends_atom(const std::string& text, std::size_t at);

// What `pattern` matches at the beginning of `text`, if it does.
[[nodiscard]] std::optional<std::string> match(const std::string& text, const std::string& pattern);
// The longest of what the patterns match, if no atom goes on behind it.
[[nodiscard]] std::optional<std::string> longest(const std::string& text,
                                                 const std::vector<std::string>& patterns);

[[nodiscard]] std::optional<std::string> time_at(const std::string& text);
[[nodiscard]] std::optional<std::string> ipv4_at(const std::string& text);
[[nodiscard]] std::optional<std::string> ipv6_at(const std::string& text);
[[nodiscard]] std::optional<std::string> host_at(const std::string& text);

struct Number {
  std::string digits;
  std::string all;  // with the unit
};
[[nodiscard]] std::optional<Number> number_at(const std::string& text);

[[nodiscard]] bool looks_random(const std::string& run);
// What is kept of one atom, and whether a value follows.
[[nodiscard]] std::pair<std::string, bool> judge_atom(const std::string& atom);

}  // namespace rounds::test::reference
