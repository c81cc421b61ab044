#include "ingest/grouping.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/limits.hpp"
#include "ingest/scrub.hpp"

namespace rounds {
namespace {

constexpr std::string_view type_variable = "{{ type }}";
constexpr std::string_view message_variable = "{{ message }}";

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

// Reads one rule from left to right.
class GroupingRule::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  [[nodiscard]] Result<GroupingRule> parse() {
    if (text_.size() > max_grouping_rule_bytes) {
      return fail_here(fmt::format("longer than {} bytes", max_grouping_rule_bytes));
    }
    GroupingRule rule;
    while (!take("->")) {
      if (at_end()) return fail_here("\"->\" and the parts of the fingerprint are missing");
      auto condition = read_condition();
      if (!condition) return std::unexpected(std::move(condition.error()));
      rule.conditions_.push_back(*std::move(condition));
    }
    if (rule.conditions_.empty()) {
      return fail_here("a condition such as type:TimeoutError must stand before \"->\"");
    }
    do {
      auto part = read_part();
      if (!part) return std::unexpected(std::move(part.error()));
      rule.parts_.push_back(*std::move(part));
    } while (take(","));
    if (!at_end()) return fail_here("separate the parts of the fingerprint by commas");
    return rule;
  }

 private:
  [[nodiscard]] std::unexpected<Error> fail_here(std::string_view problem) const {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("the grouping rule \"{}\" is wrong at byte {}: {}", text_, at_ + 1, problem));
  }

  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  [[nodiscard]] bool at_end() {
    skip_spaces();
    return at_ == text_.size();
  }

  bool take(std::string_view expected) {
    skip_spaces();
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  [[nodiscard]] Result<Condition> read_condition() {
    constexpr std::array<std::pair<std::string_view, Subject>, 6> subjects{
        {{"service:", Subject::service},
         {"type:", Subject::type},
         {"message:", Subject::message},
         {"module:", Subject::module},
         {"function:", Subject::function},
         {"path:", Subject::path}}};
    Condition condition;
    condition.negated = take("!");
    const auto* subject =
        std::ranges::find_if(subjects, [this](const auto& known) { return take(known.first); });
    if (subject == subjects.end()) {
      return fail_here(
          "a condition begins with service:, type:, message:, module:, function: or "
          "path:");
    }
    condition.subject = subject->second;
    auto pattern = read_text(" \t");
    if (!pattern) return std::unexpected(std::move(pattern.error()));
    condition.pattern = *std::move(pattern);
    return condition;
  }

  [[nodiscard]] Result<std::string> read_part() {
    if (!take("{{")) {
      skip_spaces();
      return read_text(",");
    }
    const std::size_t close = text_.find("}}", at_);
    if (close == std::string_view::npos) return fail_here("\"}}\" is missing");
    const std::string_view name = trim(text_.substr(at_, close - at_));
    if (name != "default" && name != "type" && name != "message") {
      return fail_here("the variables are {{ default }}, {{ type }} and {{ message }}");
    }
    at_ = close + 2;
    return fmt::format("{{{{ {} }}}}", name);
  }

  // A text in double quotes, or up to one of `ends` without the spaces behind it.
  [[nodiscard]] Result<std::string> read_text(std::string_view ends) {
    if (at_ < text_.size() && text_[at_] == '"') return read_quoted();
    const std::size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    std::string_view text = text_.substr(at_, end - at_);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    if (text.empty()) return fail_here("a text is missing; write \"\" for an empty one");
    at_ = end;
    return std::string(text);
  }

  [[nodiscard]] Result<std::string> read_quoted() {
    std::string text;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        at_ = i + 1;
        return text;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      text += text_[i];
    }
    return fail_here("the closing quote is missing");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Result<GroupingRule> GroupingRule::parse(std::string_view text) {
  return Parser(text).parse();
}

bool GroupingRule::is_of_frame(Subject subject) {
  return subject == Subject::module || subject == Subject::function || subject == Subject::path;
}

bool GroupingRule::holds(const Condition& condition, const StackFrame& frame) {
  const std::string& text = condition.subject == Subject::module     ? frame.module
                            : condition.subject == Subject::function ? frame.function
                                                                     : frame.filename;
  return matches_glob(condition.pattern, text);
}

bool GroupingRule::holds(const Condition& condition, const Occurrence& occurrence) {
  if (is_of_frame(condition.subject)) {
    // A negated condition on frames stands for itself: no frame may match.
    return std::ranges::none_of(occurrence.frames,
                                [&](const StackFrame& frame) { return holds(condition, frame); });
  }
  const std::string& text = condition.subject == Subject::service ? occurrence.service
                            : condition.subject == Subject::type  ? occurrence.error_type
                                                                  : occurrence.message;
  return matches_glob(condition.pattern, text) != condition.negated;
}

bool GroupingRule::matches(const Occurrence& occurrence) const {
  const auto needs_frame = [](const Condition& condition) {
    return is_of_frame(condition.subject) && !condition.negated;
  };
  for (const Condition& condition : conditions_) {
    if (!needs_frame(condition) && !holds(condition, occurrence)) return false;
  }
  if (std::ranges::none_of(conditions_, needs_frame)) return true;
  return std::ranges::any_of(occurrence.frames, [&](const StackFrame& frame) {
    return std::ranges::all_of(conditions_, [&](const Condition& condition) {
      return !needs_frame(condition) || holds(condition, frame);
    });
  });
}

std::vector<std::string> GroupingRule::parts_for(const Occurrence& occurrence) const {
  std::vector<std::string> parts = parts_;
  for (std::string& part : parts) {
    if (part == type_variable) {
      part = occurrence.error_type;
    } else if (part == message_variable) {
      part = message_template_v2(truncate_utf8(occurrence.message, limits::max_message_bytes));
    }
  }
  return parts;
}

std::optional<std::string_view> fingerprint_variable(std::string_view part) {
  part = trim(part);
  if (part.size() < 4 || !part.starts_with("{{") || !part.ends_with("}}")) return std::nullopt;
  return trim(part.substr(2, part.size() - 4));
}

bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t in_text = 0;
  // The last star and the text that it has swallowed so far.
  std::size_t star = std::string_view::npos;
  std::size_t swallowed = 0;
  while (in_text < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      swallowed = in_text;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[in_text])) {
      ++at;
      ++in_text;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in_text = ++swallowed;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

Result<Grouping> Grouping::make(FingerprintRules rules, std::span<const std::string> rule_texts,
                                Scrubbing scrubbing) {
  Grouping grouping;
  grouping.rules_ = rules;
  grouping.scrubbing_ = scrubbing;
  if (rule_texts.size() > max_grouping_rules) {
    return fail(ErrorCode::invalid_argument, fmt::format("{} grouping rules are more than {}",
                                                         rule_texts.size(), max_grouping_rules));
  }
  if (rules == FingerprintRules::v1 && !rule_texts.empty()) {
    return fail(ErrorCode::invalid_argument,
                "fingerprint rules v1 know no grouping rules; use v2, or remove the rules");
  }
  for (const std::string& text : rule_texts) {
    auto rule = GroupingRule::parse(text);
    if (!rule) return std::unexpected(std::move(rule.error()));
    grouping.own_rules_.push_back(*std::move(rule));
  }
  return grouping;
}

void Grouping::apply_rules(Occurrence& occurrence) const {
  if (scrubbing_ == Scrubbing::on) scrub_secrets(occurrence);
  const auto rule = std::ranges::find_if(
      own_rules_, [&](const GroupingRule& each) { return each.matches(occurrence); });
  if (rule != own_rules_.end()) occurrence.fingerprint_parts = rule->parts_for(occurrence);
}

std::vector<IdentifiedOccurrence> Grouping::identify_all(std::vector<Occurrence>& occurrences,
                                                         const Recall& recall) const {
  std::vector<IdentifiedOccurrence> identified;
  identified.reserve(occurrences.size());
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<std::string_view> fingerprints;  // each once
  std::vector<std::size_t> firsts;             // the first occurrence with each
  for (Occurrence& occurrence : occurrences) {
    apply_rules(occurrence);
    IdentifiedOccurrence& next = identified.emplace_back(make_identity_of(occurrence, rules_),
                                                         make_exemplar_of(occurrence), nullptr);
    const std::size_t place = identified.size() - 1;
    const auto [known, is_first] = places.emplace(next.identity->fingerprint, place);
    if (is_first) {
      fingerprints.push_back(known->first);
      firsts.push_back(place);
    } else if (const auto& first = identified[known->second].identity; *first == *next.identity) {
      next.identity = first;
    }
  }
  const std::vector<bool> is_known = recall(fingerprints);
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    if (is_known[i]) continue;
    identified[firsts[i]].aliases = make_aliases_of(occurrences[firsts[i]], rules_);
  }
  return identified;
}

}  // namespace rounds
