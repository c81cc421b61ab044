// How ingestion gives occurrences their fingerprints: the version of the rules and the rules of the
// configuration.
//
// A rule of the configuration says which occurrences it is for and what identifies them instead:
//
//   type:*TimeoutError message:"* payments *" -> payments-slow
//   service:checkout module:com.acme.db.* !function:test* -> database, {{ default }}
//
// Left of the arrow stand one or more conditions, all of which must hold: `service`, `type`,
// `message`, or of one and the same frame `module`, `function`, `path`. A pattern matches the whole
// text; * stands for any characters, ? for one byte. `!` in front means that it must not match (of
// frames: that no frame does). A pattern with spaces, commas or quotes is written in double quotes,
// with a backslash in front of a quote or a backslash in it.
// Right of it stand the parts of the fingerprint, separated by commas: texts, `{{ type }}`,
// `{{ message }}` (without its variable parts) and `{{ default }}`, which is all that the rules
// find by themselves. The service always counts. The first rule that holds decides.
//
// Values; const functions may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/occurrence.hpp"

namespace rounds {

// Rules that a configuration may have: each is tried for each occurrence.
inline constexpr std::size_t max_grouping_rules = 256;

// Of one rule. Real ones are a line.
inline constexpr std::size_t max_grouping_rule_bytes = 4096;

// One rule of the configuration.
class GroupingRule {
 public:
  // Errors: invalid_argument quotes the rule and says what is wrong at which byte, and what to
  // write there.
  [[nodiscard]] static Result<GroupingRule> parse(std::string_view text);

  // Whether all conditions hold. Costs the length of the texts times that of the patterns.
  [[nodiscard]] bool matches(const Occurrence& occurrence) const;

  // What identifies `occurrence` by this rule: Occurrence::fingerprint_parts.
  [[nodiscard]] std::vector<std::string> parts_for(const Occurrence& occurrence) const;

 private:
  class Parser;

  enum class Subject : std::uint8_t { service, type, message, module, function, path };
  struct Condition {
    Subject subject{};
    bool negated = false;
    std::string pattern;
  };

  [[nodiscard]] static bool is_of_frame(Subject subject);
  [[nodiscard]] static bool holds(const Condition& condition, const StackFrame& frame);
  [[nodiscard]] static bool holds(const Condition& condition, const Occurrence& occurrence);

  std::vector<Condition> conditions_;
  std::vector<std::string> parts_;  // variables in the form "{{ name }}"
};

// The name of the variable that `part` is: "default" of "{{ default }}" and "{{default}}". Nothing
// if it is any other text. A view into `part`.
[[nodiscard]] std::optional<std::string_view> fingerprint_variable(std::string_view part);

// Whether `pattern` matches all of `text`. At most the product of both lengths in steps.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text);

// Whether secrets are taken out of the texts first (ingest/scrub.hpp), so that neither fingerprint
// nor store sees them.
enum class Scrubbing : std::uint8_t { off, on };

class Grouping {
 public:
  // The default rules without any of the configuration. Takes secrets out.
  Grouping() = default;

  // `rules` decides what {{ default }} is; version v1 knows no rules of the configuration. Errors:
  // those of GroupingRule::parse(), with the number of the rule; invalid_argument if there are too
  // many, or any with v1.
  [[nodiscard]] static Result<Grouping> make(FingerprintRules rules,
                                             std::span<const std::string> rule_texts,
                                             Scrubbing scrubbing = Scrubbing::on);

  // Which of some fingerprints a store knows at once: SignatureStore::recall().
  using Recall = std::function<std::vector<bool>(std::span<const std::string_view>)>;

  // What the store takes for the occurrences of one submission. Parts that the SDK has set are
  // kept, unless a rule holds. Those with one fingerprint share one identity, which keeps the queue
  // of the store small in a storm; aliases are made for those alone that the store does not recall.
  [[nodiscard]] std::vector<IdentifiedOccurrence> identify_all(std::vector<Occurrence>& occurrences,
                                                               const Recall& recall) const;

  // The first part of identify_all(): takes secrets out, then sets Occurrence::fingerprint_parts if
  // a rule holds.
  void apply_rules(Occurrence& occurrence) const;

  [[nodiscard]] FingerprintRules rules() const { return rules_; }
  [[nodiscard]] Scrubbing scrubbing() const { return scrubbing_; }

 private:
  FingerprintRules rules_ = default_fingerprint_rules;
  std::vector<GroupingRule> own_rules_;
  Scrubbing scrubbing_ = Scrubbing::on;
};

}  // namespace rounds
