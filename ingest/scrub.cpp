#include "ingest/scrub.hpp"

#include <array>
#include <cstdint>

#include "core/limits.hpp"
#include "core/utf8.hpp"
#include "ingest/scrub_rules.hpp"

namespace rounds {
namespace {

using scrub::Secret;

// What a byte may begin.
enum class Begins : std::uint8_t { nothing, assignment, form, number };

constexpr std::array<Begins, 256> make_table() {
  std::array<Begins, 256> table{};
  const auto set = [&table](std::string_view bytes, Begins what) {
    for (const char c : bytes) table[static_cast<unsigned char>(c)] = what;
  };
  set("=:", Begins::assignment);
  set("-ABbeghnrsx", Begins::form);  // the first letters of what find_by_form() knows
  set("23456", Begins::number);      // the first digits of card numbers
  return table;
}

constexpr std::array<Begins, 256> table = make_table();

// Whether the byte before `at` belongs to the same word. What is before `from` does not, nor the n
// of an escaped line break.
bool is_inside_word(std::string_view text, std::size_t from, std::size_t at) {
  if (at == from || !(scrub::is_letter_or_digit(text[at - 1]) || text[at - 1] == '_')) return false;
  return at == 1 || text[at - 2] != '\\' || !std::string_view("nrt").contains(text[at - 1]);
}

// The secret that begins at `at`, or behind the delimiter there.
std::optional<Secret> find_at(std::string_view text, std::size_t from, std::size_t at) {
  switch (table[static_cast<unsigned char>(text[at])]) {
    case Begins::nothing:
      return std::nullopt;
    case Begins::assignment:
      return text.substr(at).starts_with("://") ? scrub::find_url_credentials(text, at)
                                                : scrub::find_assigned(text, from, at);
    case Begins::form:
    case Begins::number:
      break;
  }
  if (text[at] != '-' && is_inside_word(text, from, at)) return std::nullopt;
  return scrub::is_digit(text[at]) ? scrub::find_card(text, from, at)
                                   : scrub::find_by_form(text, at);
}

void append_scrubbed(std::string_view text, const Secret& secret, std::string& out) {
  if (secret.kind == scrub::SecretKind::text) {
    out += scrubbed_marker;
    return;
  }
  for (const char c : text.substr(secret.begin, secret.end - secret.begin)) {
    out += scrub::is_digit(c) ? '0' : c;
  }
}

// A secret that is gone may bring another one out: a URL's password that had a quoted key in it.
// Texts where that goes on are made for it, and must stay linear.
constexpr int max_passes = 8;

// One pass over `text`. False, and nothing changed, if it found no secret.
bool scrub_once(std::string& text) {
  std::string scrubbed;
  std::size_t copied = 0;  // of `text`; what is before it is no key of what follows
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (table[static_cast<unsigned char>(text[at])] == Begins::nothing) continue;
    const auto secret = find_at(text, copied, at);
    if (!secret) continue;
    scrubbed.append(text, copied, secret->begin - copied);
    append_scrubbed(text, *secret, scrubbed);
    copied = secret->end;
    at = copied - 1;
  }
  if (copied == 0) return false;
  scrubbed.append(text, copied);
  text = std::move(scrubbed);
  return true;
}

}  // namespace

bool scrub_secrets(std::string& text) {
  int passes = 0;
  while (passes < max_passes && scrub_once(text)) ++passes;
  return passes > 0;
}

void scrub_secrets(Occurrence& occurrence) {
  scrub_secrets(occurrence.message);
  for (std::string* type : {&occurrence.error_type, &occurrence.thrown_type}) {
    if (scrub_secrets(*type)) type->resize(truncate_utf8(*type, limits::max_name_bytes).size());
  }
  for (ErrorCause& cause : occurrence.causes) {
    scrub_secrets(cause.error_type);
    scrub_secrets(cause.message);
  }
  for (std::string& part : occurrence.fingerprint_parts) scrub_secrets(part);
}

}  // namespace rounds
