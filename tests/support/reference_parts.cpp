#include "tests/support/reference_parts.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>

#include "core/grouping_tables_v2.hpp"

namespace rounds::test::reference {

bool is_atom(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) {
  return static_cast<unsigned char>(c) <= 32 || c == 127;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

std::optional<std::string> match(const std::string& text, const std::string& pattern) {
  static std::map<std::string, std::regex> compiled;
  auto found = compiled.find(pattern);
  if (found == compiled.end()) found = compiled.emplace(pattern, std::regex(pattern)).first;
  std::smatch result;
  if (!std::regex_search(text, result, found->second, std::regex_constants::match_continuous)) {
    return std::nullopt;
  }
  return result.str();
}

bool ends_atom(const std::string& text, std::size_t at) {
  return at >= text.size() || !is_atom(text[at]);
}

std::optional<std::string> longest(const std::string& text,
                                   const std::vector<std::string>& patterns) {
  std::optional<std::string> best;
  for (const std::string& pattern : patterns) {
    const auto found = match(text, pattern);
    if (found && ends_atom(text, found->size()) && (!best || found->size() > best->size())) {
      best = found;
    }
  }
  return best;
}

std::optional<std::string> time_at(const std::string& text) {
  const std::string zone = " ?(?:Z|UTC|GMT|[+-]\\d{2}:?\\d{2})";
  const std::string short_clock = "\\d{2}:\\d{2}";
  const std::string clock = "\\d{2}:\\d{2}:\\d{2}";
  const std::string fraction = clock + "[.,]\\d{1,9}";
  const std::string date = "\\d{4}[-/]\\d{2}[-/]\\d{2}";
  const std::string month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
  const std::string day = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
  std::vector<std::string> patterns{date, "\\d{8}T\\d{6}", "\\d{8}T\\d{6}Z"};
  const auto add = [&](const std::string& pattern) {
    patterns.push_back(pattern);
    patterns.push_back(pattern + zone);
  };
  for (const std::string& each : {short_clock, clock, fraction}) add(date + "[T ]" + each);
  for (const std::string& each : {clock, fraction}) {
    add(each);
    add(day + ",? \\d{1,2} " + month + " \\d{4} " + each);
    add(month + " \\d{1,2} " + each);
    add("\\d{1,2}/" + month + "/\\d{4}:" + each);
  }
  return longest(text, patterns);
}

static std::string with_port(const std::string& text, std::string found) {
  const auto port = match(text.substr(found.size()), ":\\d{1,5}");
  if (port && ends_atom(text, found.size() + port->size())) found += *port;
  return found;
}

std::optional<std::string> ipv4_at(const std::string& text) {
  const auto found = match(text, "\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  if (!found || !ends_atom(text, found->size())) return std::nullopt;
  if (match(text.substr(found->size()), "\\.\\d")) return std::nullopt;
  return with_port(text, *found);
}

std::optional<std::string> ipv6_at(const std::string& text) {
  auto run = match(text, "[0-9A-Fa-f:]{1,48}");
  if (!run) return std::nullopt;
  while (run->ends_with(':') && !run->ends_with("::")) run->pop_back();
  if (run->empty() || run->find_first_of("0123456789") == std::string::npos) return std::nullopt;
  std::vector<std::string> groups(1);
  for (const char c : *run) {
    if (c == ':') {
      groups.emplace_back();
    } else {
      groups.back() += c;
    }
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].size() > (i + 1 == groups.size() ? 5 : 4)) return std::nullopt;
  }
  std::size_t gaps = 0;
  for (std::size_t i = 0; i + 1 < run->size(); ++i) gaps += run->substr(i, 2) == "::" ? 1 : 0;
  const bool pairs = std::ranges::all_of(groups, [](const auto& each) { return each.size() == 2; });
  const bool known = (gaps == 1 && groups.size() <= 9) || (gaps == 0 && groups.size() == 8) ||
                     (gaps == 0 && groups.size() == 6 && pairs);
  if (!known) return std::nullopt;
  std::size_t end = run->size();
  if (end + 1 < text.size() && text[end] == '%' && is_atom(text[end + 1])) {
    for (++end; end < text.size() && end <= run->size() + 16 && is_atom(text[end]);) ++end;
  }
  if (!ends_atom(text, end)) return std::nullopt;
  return text.substr(0, end);
}

std::optional<std::string> host_at(const std::string& text) {
  if (text.starts_with("localhost") && ends_atom(text, 9)) return with_port(text, "localhost");
  const auto found = match(text, "[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63}){1,8}");
  if (!found || !ends_atom(text, found->size())) return std::nullopt;
  const std::string rest = text.substr(found->size());
  if (rest.starts_with('_') || (rest.size() > 1 && rest[0] == '.' && is_atom(rest[1]))) {
    return std::nullopt;
  }
  if (!v2::is_host_suffix(found->substr(found->rfind('.') + 1))) return std::nullopt;
  return with_port(text, *found);
}

// The letters (and bytes beyond ASCII) at the beginning of `text`, if they are a unit.
static std::string unit_at(const std::string& text) {
  std::size_t end = 0;
  while (end < text.size() && end <= 8 && is_atom(text[end]) &&
         std::isdigit(static_cast<unsigned char>(text[end])) == 0) {
    ++end;
  }
  return v2::is_unit(lower(text.substr(0, end))) ? text.substr(0, end) : "";
}

std::optional<Number> number_at(const std::string& text) {
  const std::string pattern = "\\d+(?:[.,]\\d+)*";
  const auto digits = match(text, pattern);
  if (!digits) return std::nullopt;
  const auto exponent = match(text.substr(digits->size()), "[eE][+-]?\\d{1,4}");
  if (exponent && ends_atom(text, digits->size() + exponent->size())) {
    return Number{*digits + *exponent, *digits + *exponent};
  }
  std::string all = *digits;
  std::string next = all;
  for (int part = 0; part < 8; ++part) {
    const std::string unit = unit_at(text.substr(next.size()));
    if (unit.empty()) break;
    all = next + unit;
    next = all + match(text.substr(all.size()), pattern).value_or("");
  }
  if (!ends_atom(text, all.size())) {
    if (static_cast<unsigned char>(text[digits->size()]) >= 0x80) return Number{*digits, *digits};
    const std::size_t last = digits->find_last_of(".,");
    if (last == std::string::npos) return std::nullopt;
    return Number{digits->substr(0, last), digits->substr(0, last)};
  }
  const std::string rest = text.substr(all.size());
  if (rest.starts_with('%')) return Number{*digits, all + "%"};
  if (all != *digits) return Number{*digits, all};
  std::size_t end = 1;
  while (end < rest.size() && is_atom(rest[end])) ++end;
  const std::string word = rest.starts_with(' ') ? rest.substr(1, end - 1) : "";
  if (v2::is_spaced_unit(lower(word))) return Number{*digits, all + " " + word};
  if (rest.starts_with(" %")) return Number{*digits, all + " %"};
  return Number{*digits, all};
}

bool looks_random(const std::string& run) {
  if (run.size() < 20) return false;
  const auto kind = [](char c) {
    return std::islower(c) != 0   ? 'l'
           : std::isupper(c) != 0 ? 'u'
           : std::isdigit(c) != 0 ? 'd'
                                  : 'o';
  };
  std::map<char, std::size_t> seen;
  std::size_t changes = 0;
  for (std::size_t i = 0; i < run.size(); ++i) {
    ++seen[kind(run[i])];
    if (i > 0 && kind(run[i]) != kind(run[i - 1])) ++changes;
  }
  if (8 * std::min(seen['l'], seen['u']) < run.size() || 3 * changes < run.size()) return false;
  static const std::regex uuid(
      "(?:^|[^0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])");
  return !std::regex_search(run, uuid);
}

// "Base64" and the like: whether the digits from `begin` to `end` belong to a technical word.
static bool is_technical(const std::string& atom, std::size_t begin, std::size_t end) {
  std::size_t word = begin;
  while (word > 0 && std::isalpha(static_cast<unsigned char>(atom[word - 1])) != 0) {
    --word;
    const bool upper = std::isupper(atom[word]) != 0;
    if (upper && (word == 0 || std::isupper(static_cast<unsigned char>(atom[word - 1])) == 0)) {
      break;
    }
    if (begin - word > 10) return false;
  }
  if (v2::is_technical_word(lower(atom.substr(word, end - word)))) return true;
  while (end < atom.size() && end - word < 10 && std::islower(atom[end]) != 0) ++end;
  return v2::is_technical_word(lower(atom.substr(word, end - word)));
}

std::pair<std::string, bool> judge_atom(const std::string& atom) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  for (std::size_t i = 0; i < atom.size(); ++i) {
    if (std::isdigit(static_cast<unsigned char>(atom[i])) == 0) continue;
    if (!runs.empty() && runs.back().second == i) {
      ++runs.back().second;
    } else {
      runs.emplace_back(i, i + 1);
    }
  }
  const bool technical = runs.size() <= 3 && std::ranges::all_of(runs, [&](const auto& run) {
                           return is_technical(atom, run.first, run.second);
                         });
  if (technical) return {atom, false};
  const bool hex =
      atom.size() >= 6 && atom.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  const bool word = runs.size() == 1 && runs[0].first > 0 && runs[0].second == atom.size();
  if (!hex && word) return {atom.substr(0, runs[0].first), true};
  return {"", true};
}

}  // namespace rounds::test::reference
