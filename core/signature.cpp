#include "core/signature.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "core/utf8.hpp"

namespace rounds {
namespace {

// Deep equality of two shared immutable values.
template <typename T>
bool same_value(const std::shared_ptr<const T>& left, const std::shared_ptr<const T>& right) {
  if (left == right) return true;
  return left && right && *left == *right;
}

Result<void> check_length(std::string_view field, std::string_view value, std::size_t limit) {
  if (value.size() > limit) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} has {} bytes; the limit is {}", field, value.size(), limit));
  }
  return {};
}

Result<void> check_time(std::string_view field, Timestamp time) {
  if (!is_valid(time)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} lies outside the years 0001 to 9999", field));
  }
  return {};
}

// The first failed check, or success.
template <typename... Checks>
Result<void> all_of(Checks... checks) {
  Result<void> result;
  static_cast<void>(((result = std::move(checks), result.has_value()) && ...));
  return result;
}

}  // namespace

std::string_view to_string(Status status) {
  switch (status) {
    case Status::new_:
      return "new";
    case Status::investigating:
      return "investigating";
    case Status::diagnosed:
      return "diagnosed";
    case Status::resolved:
      return "resolved";
    case Status::muted:
      return "muted";
  }
  ROUNDS_UNREACHABLE("Status outside its enumerators");
}

Result<Status> parse_status(std::string_view text) {
  for (const Status status : all_statuses) {
    if (to_string(status) == text) return status;
  }
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("\"{}\" is not a status; use new, investigating, diagnosed, resolved or muted",
                  excerpt(text)));
}

std::string_view to_string(Confidence confidence) {
  switch (confidence) {
    case Confidence::low:
      return "low";
    case Confidence::medium:
      return "medium";
    case Confidence::high:
      return "high";
  }
  ROUNDS_UNREACHABLE("Confidence outside its enumerators");
}

Result<Confidence> parse_confidence(std::string_view text) {
  for (const Confidence confidence : {Confidence::low, Confidence::medium, Confidence::high}) {
    if (to_string(confidence) == text) return confidence;
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" is not a confidence; use low, medium or high", excerpt(text)));
}

bool operator==(const Signature& left, const Signature& right) {
  const auto plain = [](const Signature& signature) {
    return std::tie(signature.id, signature.first_seen, signature.last_seen,
                    signature.occurrence_count, signature.status, signature.tags,
                    signature.resolved_at, signature.version, signature.last_sequence);
  };
  return plain(left) == plain(right) && same_value(left.identity, right.identity) &&
         std::ranges::equal(aliases_of(left), aliases_of(right)) &&
         same_value(left.diagnosis, right.diagnosis);
}

Result<void> validate(const SignatureIdentity& identity) {
  if (identity.fingerprint.empty()) {
    return fail(ErrorCode::invalid_argument, "fingerprint is empty; every signature needs one");
  }
  if (identity.service.empty()) {
    return fail(ErrorCode::invalid_argument,
                "service is empty; use \"unknown_service\" when it is not known");
  }
  return all_of(
      check_length("fingerprint", identity.fingerprint, limits::max_fingerprint_bytes),
      check_length("error_type", identity.error_type, limits::max_name_bytes),
      check_length("service", identity.service, limits::max_name_bytes),
      check_length("message_template", identity.message_template, limits::max_message_bytes),
      check_length("stack_hash", identity.stack_hash, limits::max_fingerprint_bytes));
}

Result<void> validate(const Diagnosis& diagnosis) {
  if (!std::isfinite(diagnosis.cost_usd) || diagnosis.cost_usd < 0) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("cost_usd is {}; it must be a number of 0 or more", diagnosis.cost_usd));
  }
  if (diagnosis.evidence.size() > limits::max_evidence_items) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the diagnosis has {} pieces of evidence; the limit is {}",
                            diagnosis.evidence.size(), limits::max_evidence_items));
  }
  std::size_t bytes =
      diagnosis.root_cause.size() + diagnosis.suggested_fix.size() + diagnosis.model.size();
  for (const std::string& item : diagnosis.evidence) bytes += item.size();
  if (bytes > limits::max_diagnosis_bytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the diagnosis has {} bytes; the limit is {}", bytes,
                            limits::max_diagnosis_bytes));
  }
  return check_time("diagnosed_at", diagnosis.diagnosed_at);
}

Result<void> validate_tag(std::string_view tag) {
  if (tag.empty() || tag.size() > limits::max_tag_bytes) {
    return fail(ErrorCode::invalid_argument, fmt::format("a tag has {} bytes; it needs 1 to {}",
                                                         tag.size(), limits::max_tag_bytes));
  }
  const bool control = std::ranges::any_of(
      tag, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control) return fail(ErrorCode::invalid_argument, "a tag contains a control character");
  return {};
}

std::span<const std::string> aliases_of(const Signature& signature) {
  if (!signature.aliases) return {};
  return *signature.aliases;
}

bool answers_to(const Signature& signature, std::string_view fingerprint) {
  return signature.identity->fingerprint == fingerprint ||
         std::ranges::find(aliases_of(signature), fingerprint) != aliases_of(signature).end();
}

Result<void> validate_aliases(std::span<const std::string> aliases, std::string_view fingerprint) {
  if (aliases.size() > limits::max_aliases) {
    return fail(ErrorCode::invalid_argument, fmt::format("{} further fingerprints; the limit is {}",
                                                         aliases.size(), limits::max_aliases));
  }
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    const std::string& alias = aliases[i];
    if (alias.empty()) return fail(ErrorCode::invalid_argument, "a further fingerprint is empty");
    if (auto valid = check_length("a further fingerprint", alias, limits::max_fingerprint_bytes);
        !valid) {
      return valid;
    }
    const auto earlier = aliases.first(i);
    if (alias == fingerprint || std::ranges::find(earlier, alias) != earlier.end()) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("fingerprint {} is named twice", excerpt(alias)));
    }
  }
  return {};
}

bool has_tag(const Signature& signature, std::string_view tag) {
  return std::ranges::binary_search(signature.tags, tag, std::less<>{});
}

Result<void> validate(const Signature& signature) {
  ROUNDS_CHECK(signature.identity != nullptr, "a signature has an identity");
  if (auto valid = validate(*signature.identity); !valid) return valid;
  auto aliases = validate_aliases(aliases_of(signature), signature.identity->fingerprint);
  if (!aliases) return aliases;
  if (signature.occurrence_count == 0) {
    return fail(ErrorCode::invalid_argument, "occurrence_count is 0; it must be 1 or more");
  }
  if (signature.occurrence_count > limits::max_occurrence_count) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("occurrence_count is {}; the limit is {}", signature.occurrence_count,
                            limits::max_occurrence_count));
  }
  if (auto valid = all_of(check_time("first_seen", signature.first_seen),
                          check_time("last_seen", signature.last_seen));
      !valid) {
    return valid;
  }
  if (signature.first_seen > signature.last_seen) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("first_seen {} lies after last_seen {}",
                            to_rfc3339(signature.first_seen), to_rfc3339(signature.last_seen)));
  }
  if (signature.tags.size() > limits::max_tags) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} tags; the limit is {}", signature.tags.size(), limits::max_tags));
  }
  for (const std::string& tag : signature.tags) {
    if (auto valid = validate_tag(tag); !valid) return valid;
  }
  const bool strictly_sorted =
      std::ranges::adjacent_find(signature.tags, std::ranges::greater_equal{}) ==
      signature.tags.end();
  if (!strictly_sorted) {
    return fail(ErrorCode::invalid_argument, "tags must be sorted and without duplicates");
  }
  return signature.diagnosis ? validate(*signature.diagnosis) : Result<void>{};
}

}  // namespace rounds
