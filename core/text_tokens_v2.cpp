#include "core/text_tokens_v2.hpp"

#include <algorithm>

#include "core/grouping_tables_v2.hpp"

namespace rounds::v2 {
namespace {

using Text = std::string_view;

bool ends_atom(Text text, std::size_t at) {
  return at >= text.size() || !is_atom(text[at]);
}

// Steps through a text; every step that fails leaves the position where it was.
class Cursor {
 public:
  Cursor(Text text, std::size_t at) : text_(text), at_(at) {}

  [[nodiscard]] std::size_t at() const { return at_; }

  bool digits(std::size_t least, std::size_t most) {
    std::size_t end = at_;
    while (end < text_.size() && end - at_ < most && is_digit(text_[end])) ++end;
    if (end - at_ < least) return false;
    at_ = end;
    return true;
  }

  bool any_of(Text characters) {
    if (at_ >= text_.size() || characters.find(text_[at_]) == Text::npos) return false;
    ++at_;
    return true;
  }

  // One of three-letter names as "JanFebMar".
  bool name_of(Text names) {
    const Text name = text_.substr(at_, 3);
    if (name.size() < 3) return false;
    for (std::size_t i = 0; i + 3 <= names.size(); i += 3) {
      if (names.substr(i, 3) == name) {
        at_ += 3;
        return true;
      }
    }
    return false;
  }

  bool text(Text expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

 private:
  Text text_;
  std::size_t at_;
};

constexpr Text months = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr Text weekdays = "MonTueWedThuFriSatSun";

// "Z", " UTC", "+02:00".
bool take_zone(Cursor& cursor) {
  Cursor zone = cursor;
  zone.any_of(" ");
  bool taken = zone.text("Z") || zone.text("UTC") || zone.text("GMT");
  if (!taken && zone.any_of("+-") && zone.digits(2, 2)) {
    Cursor minutes = zone;
    minutes.any_of(":");
    taken = minutes.digits(2, 2);
    if (taken) zone = minutes;
  }
  if (taken) cursor = zone;
  return taken;
}

// Keeps the furthest end at which no atom goes on.
class Ends {
 public:
  Ends(Text text, std::size_t begin) : text_(text), best_(begin) {}
  void add(const Cursor& cursor) {
    if (ends_atom(text_, cursor.at())) best_ = std::max(best_, cursor.at());
  }
  [[nodiscard]] std::size_t best() const { return best_; }

 private:
  Text text_;
  std::size_t best_;
};

// "14:31", "14:31:07", "14:31:07.123", each with an optional zone.
void match_clock(Cursor cursor, Ends& ends, bool seconds_required) {
  if (!cursor.digits(2, 2) || !cursor.any_of(":") || !cursor.digits(2, 2)) return;
  const auto add = [&ends](Cursor end) {
    ends.add(end);
    if (take_zone(end)) ends.add(end);
  };
  if (!seconds_required) add(cursor);
  if (!cursor.any_of(":") || !cursor.digits(2, 2)) return;
  add(cursor);
  if (cursor.any_of(".,") && cursor.digits(1, 9)) add(cursor);
}

void match_iso(Cursor cursor, Ends& ends) {
  if (!cursor.digits(4, 4) || !cursor.any_of("-/") || !cursor.digits(2, 2) ||
      !cursor.any_of("-/") || !cursor.digits(2, 2)) {
    return;
  }
  ends.add(cursor);
  if (cursor.any_of("T ")) match_clock(cursor, ends, false);
}

void match_compact(Cursor cursor, Ends& ends) {
  if (!cursor.digits(8, 8) || !cursor.any_of("T") || !cursor.digits(6, 6)) return;
  ends.add(cursor);
  if (cursor.any_of("Z")) ends.add(cursor);
}

// "Mon, 23 Nov 2026 14:31:07 GMT"
void match_http(Cursor cursor, Ends& ends) {
  if (!cursor.name_of(weekdays)) return;
  cursor.any_of(",");
  if (!cursor.any_of(" ") || !cursor.digits(1, 2) || !cursor.any_of(" ") ||
      !cursor.name_of(months) || !cursor.any_of(" ") || !cursor.digits(4, 4) ||
      !cursor.any_of(" ")) {
    return;
  }
  match_clock(cursor, ends, true);
}

// "Nov 23 14:31:07" of syslog.
void match_syslog(Cursor cursor, Ends& ends) {
  if (!cursor.name_of(months) || !cursor.any_of(" ") || !cursor.digits(1, 2) ||
      !cursor.any_of(" ")) {
    return;
  }
  match_clock(cursor, ends, true);
}

// "23/Nov/2026:14:31:07 +0100" of web servers.
void match_access_log(Cursor cursor, Ends& ends) {
  if (!cursor.digits(1, 2) || !cursor.any_of("/") || !cursor.name_of(months) ||
      !cursor.any_of("/") || !cursor.digits(4, 4) || !cursor.any_of(":")) {
    return;
  }
  match_clock(cursor, ends, true);
}

// ":5432" behind an address.
std::size_t with_port(Text text, std::size_t end) {
  Cursor cursor(text, end);
  if (cursor.any_of(":") && cursor.digits(1, 5) && ends_atom(text, cursor.at())) {
    return cursor.at();
  }
  return end;
}

bool is_label(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

bool is_mail_character(char c) {
  return is_ascii_letter(c) || is_digit(c) || Text("._%+-").find(c) != Text::npos;
}

bool is_mail_label(char c) {
  return is_ascii_letter(c) || is_digit(c) || c == '-';
}

constexpr std::size_t max_label = 63;
constexpr std::size_t max_labels = 9;

// The end of "label.label.label" with two to nine labels; `at` if there are fewer.
template <typename Predicate>
std::size_t end_of_labels(Text text, std::size_t at, Predicate is_in_label, std::size_t& last) {
  std::size_t end = at;
  std::size_t labels = 0;
  while (labels < max_labels) {
    const std::size_t begin = end;
    std::size_t stop = begin;
    while (stop < text.size() && stop - begin < max_label && is_in_label(text[stop])) ++stop;
    if (stop == begin) break;
    last = begin;
    end = stop;
    ++labels;
    if (stop + 1 >= text.size() || text[stop] != '.' || !is_in_label(text[stop + 1])) break;
    if (labels < max_labels) ++end;
  }
  return labels < 2 ? at : end;
}

bool is_pod_character(char c) {
  return Text("bcdfghjklmnpqrstvwxz2456789").find(c) != Text::npos;
}

}  // namespace

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_atom(char c) {
  return is_ascii_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '\x7F';
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t match_uuid(Text text, std::size_t at) {
  constexpr Text shape = "00000000-0000-0000-0000-000000000000";
  if (text.size() - at < shape.size()) return at;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const char c = text[at + i];
    if (shape[i] == '0' ? !is_hex_digit(c) : c != '-') return at;
  }
  return ends_atom(text, at + shape.size()) ? at + shape.size() : at;
}

std::size_t match_time(Text text, std::size_t at) {
  const Cursor cursor(text, at);
  Ends ends(text, at);
  if (is_digit(text[at])) {
    match_iso(cursor, ends);
    match_compact(cursor, ends);
    match_clock(cursor, ends, true);
    match_access_log(cursor, ends);
  } else {
    match_http(cursor, ends);
    match_syslog(cursor, ends);
  }
  return ends.best();
}

std::size_t match_ipv4(Text text, std::size_t at) {
  Cursor cursor(text, at);
  for (int group = 0; group < 4; ++group) {
    if (group > 0 && !cursor.any_of(".")) return at;
    if (!cursor.digits(1, 3)) return at;
  }
  if (!ends_atom(text, cursor.at())) return at;
  // Five groups are a version.
  Cursor more = cursor;
  if (more.any_of(".") && more.digits(1, 1)) return at;
  return with_port(text, cursor.at());
}

std::size_t match_ipv6(Text text, std::size_t at) {
  constexpr std::size_t longest = 48;
  std::size_t end = at;
  while (end < text.size() && end - at < longest && (is_hex_digit(text[end]) || text[end] == ':')) {
    ++end;
  }
  while (end > at && text[end - 1] == ':' && (end - at < 2 || text[end - 2] != ':')) --end;
  const Text run = text.substr(at, end - at);
  std::size_t groups = 1;
  std::size_t gaps = 0;
  std::size_t length = 0;
  bool all_pairs = true;
  bool has_digit = false;
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (run[i] != ':') {
      has_digit = has_digit || is_digit(run[i]);
      if (++length > 5) return at;
      continue;
    }
    if (length == 5) return at;  // only the last group may be a port
    all_pairs = all_pairs && length == 2;
    if (i + 1 < run.size() && run[i + 1] == ':') ++gaps;
    length = 0;
    ++groups;
  }
  all_pairs = all_pairs && length == 2;
  const bool address = gaps == 1 ? groups <= 9 : gaps == 0 && groups == 8;
  const bool hardware = gaps == 0 && groups == 6 && all_pairs;
  if (!has_digit || !(address || hardware)) return at;
  // The zone of a local address: "fe80::1%eth0".
  if (end + 1 < text.size() && text[end] == '%' && is_atom(text[end + 1])) {
    constexpr std::size_t longest_zone = 16;
    const std::size_t zone = ++end;
    while (end < text.size() && end - zone < longest_zone && is_atom(text[end])) ++end;
  }
  return ends_atom(text, end) ? end : at;
}

std::size_t match_email(Text text, std::size_t at) {
  constexpr std::size_t longest_name = 64;
  std::size_t end = at;
  while (end < text.size() && end - at < longest_name && is_mail_character(text[end])) ++end;
  if (end == at || end >= text.size() || text[end] != '@') return at;
  std::size_t last = 0;
  const std::size_t domain_end = end_of_labels(text, end + 1, is_mail_label, last);
  return domain_end == end + 1 ? at : domain_end;
}

std::size_t match_host(Text text, std::size_t at) {
  constexpr Text localhost = "localhost";
  if (text.substr(at).starts_with(localhost) && ends_atom(text, at + localhost.size())) {
    return with_port(text, at + localhost.size());
  }
  std::size_t last = at;
  const std::size_t end = end_of_labels(text, at, is_label, last);
  if (end == at || !ends_atom(text, end) || (end < text.size() && text[end] == '_')) return at;
  if (end + 1 < text.size() && text[end] == '.' && is_atom(text[end + 1])) return at;
  return is_host_suffix(text.substr(last, end - last)) ? with_port(text, end) : at;
}

std::size_t match_pod(Text text, std::size_t at) {
  constexpr std::size_t shortest_set = 8;
  constexpr std::size_t longest_set = 10;
  constexpr std::size_t pod_length = 5;
  std::size_t end = at;
  while (end < text.size() && end - at < longest_set && is_pod_character(text[end])) ++end;
  if (end - at < shortest_set || end >= text.size() || text[end] != '-') return at;
  const std::size_t pod = ++end;
  while (end < text.size() && end - pod < pod_length && is_pod_character(text[end])) ++end;
  return end - pod == pod_length && ends_atom(text, end) ? end : at;
}

std::size_t match_scheme(Text text, std::size_t at) {
  constexpr std::size_t longest = 16;
  if (!is_ascii_letter(text[at])) return at;
  std::size_t end = at;
  while (end < text.size() && end - at < longest &&
         (is_ascii_letter(text[end]) || is_digit(text[end]) ||
          Text("+.-").find(text[end]) != Text::npos)) {
    ++end;
  }
  return text.substr(end).starts_with("://") ? end + 3 : at;
}

}  // namespace rounds::v2
