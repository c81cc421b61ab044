// Rules v2: what a message template is.
//
// One pass over the message. An *atom* is a run of ASCII letters, digits and bytes beyond ASCII.
// Where an atom begins, the parts of core/text_tokens_v2.hpp are tried, the ones that contain
// others first; what none of them takes is judged atom by atom. Each is told apart before anything
// inside of it is looked at, so that no rule eats a part of what another would recognise.
//
// A part that varies becomes a placeholder: <value>, <uuid>, <time>, <address>, <email>, <path>.
// A message that contains such a text itself gets a backslash in front of it, and backslashes in
// front of either are doubled, so that a template says which of both it was.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/fingerprint.hpp"
#include "core/grouping_tables_v2.hpp"
#include "core/template_output_v2.hpp"
#include "core/text_tokens_v2.hpp"

namespace rounds {
namespace {

using Text = std::string_view;

constexpr Text value_name = "<value>";

// The opening quotes and what closes them. GNU tools and Ruby write `this'.
struct Quote {
  Text open;
  Text close;
  Text other_close;  // empty: none
};
constexpr std::array<Quote, 6> quotes{{{"\"", "\"", ""},
                                       {"'", "'", ""},
                                       {"`", "`", "'"},
                                       {"\xE2\x80\x9C", "\xE2\x80\x9D", ""},
                                       {"\xE2\x80\x98", "\xE2\x80\x99", ""},
                                       {"\xC2\xAB", "\xC2\xBB", ""}}};

bool is_delimiter(char c) {
  return v2::is_blank(c) || Text("\"'`<>()[]{},;|").find(c) != Text::npos;
}

class TemplateWriter {
 public:
  explicit TemplateWriter(Text message) : text_(message) {}

  [[nodiscard]] std::string write() {
    run();
    return out_.take();
  }

 private:
  void run() {
    while (at_ < text_.size() && !out_.is_full()) {
      const char c = text_[at_];
      if (v2::is_blank(c)) {
        skip_blank();
      } else if (write_quoted()) {
        continue;
      } else if (v2::is_atom(c)) {
        write_at_atom();
      } else {
        write_at_sign(c);
      }
    }
  }

  // Spaces and control characters become one space; so do the colours of terminals.
  void skip_blank() {
    constexpr std::size_t longest_colour = 16;
    if (text_.substr(at_).starts_with("\x1B[")) {
      std::size_t end = at_ + 2;
      while (end < text_.size() && end - at_ < longest_colour && !v2::is_ascii_letter(text_[end])) {
        ++end;
      }
      at_ = std::min(end + 1, text_.size());
      return;
    }
    out_.add_space();
    ++at_;
  }

  [[nodiscard]] bool begins_word() const { return at_ == 0 || !v2::is_atom(text_[at_ - 1]); }

  // Replaces what ends at `end`, if anything does.
  bool replace_until(std::size_t end, Text name) {
    if (end == at_) return false;
    out_.add_placeholder(name);
    at_ = end;
    return true;
  }

  void write_at_atom() {
    if (write_pair() || write_url() || write_drive_path()) return;
    if (replace_until(v2::match_email(text_, at_), "<email>")) return;
    if (replace_until(v2::match_uuid(text_, at_), "<uuid>")) return;
    if (replace_until(v2::match_time(text_, at_), "<time>")) return;
    if (write_address()) return;
    if (write_opaque()) return;
    if (write_number(at_)) return;
    if (replace_until(v2::match_host(text_, at_), "<address>")) return;
    if (write_pod()) return;
    write_atom();
  }

  void write_at_sign(char c) {
    if (c == ':' && begins_word() && write_address()) return;
    if ((c == '-' || c == '+') && begins_word() && at_ + 1 < text_.size() &&
        v2::is_digit(text_[at_ + 1]) && write_number(at_ + 1)) {
      return;
    }
    if ((c == '/' || c == '~' || c == '\\') && begins_word() && write_root_path()) return;
    out_.add_literal(c);
    ++at_;
  }

  // key=value, if the key says that the value is data.
  bool write_pair() {
    constexpr std::size_t longest_key = 64;
    std::size_t end = at_;
    std::size_t word = at_;  // where the last word of the key begins: "request_id", "userId"
    while (end < text_.size() && end - at_ < longest_key) {
      const char c = text_[end];
      if (c == '_' || c == '-' || c == '.') {
        word = end + 1;
      } else if (!v2::is_ascii_letter(c)) {
        break;
      } else if (c >= 'A' && c <= 'Z' && end > at_ && v2::is_ascii_letter(text_[end - 1]) &&
                 text_[end - 1] >= 'a') {
        word = end;
      }
      ++end;
    }
    if (end + 1 >= text_.size() || text_[end] != '=' || text_[end + 1] == '=' ||
        text_[end + 1] == '>' || text_[end + 1] == '~') {
      return false;
    }
    std::string last;
    for (const char c : text_.substr(word, end - word)) last += v2::to_lower(c);
    if (!v2::is_data_key(last)) return false;
    out_.add_literal(text_.substr(at_, end + 1 - at_));
    at_ = end + 1;
    if (write_quoted()) return true;
    end = at_;
    while (end < text_.size() && !v2::is_blank(text_[end]) &&
           Text(",;)]}|&\"").find(text_[end]) == Text::npos) {
      ++end;
    }
    // "duration=30 s" goes on behind its space.
    std::size_t digits_end = at_;
    const std::size_t number_end = v2::match_number(text_, at_, digits_end);
    if (digits_end == end) end = number_end;
    static_cast<void>(replace_until(end, value_name));
    return true;
  }

  // The host varies, the query as well; of the path what its atoms make of it.
  bool write_url() {
    if (in_url_) return false;
    const std::size_t scheme_end = v2::match_scheme(text_, at_);
    if (scheme_end == at_) return false;
    const Text scheme = text_.substr(at_, scheme_end - at_);
    std::size_t end = scheme_end;
    while (end < text_.size() && !is_delimiter_of_url(text_[end])) ++end;
    while (end > scheme_end && Text(".:!?").find(text_[end - 1]) != Text::npos) --end;
    if (scheme == "file://") return replace_until(end, "<path>");
    const Text url = text_.substr(0, end);
    const std::size_t host_end = std::min(url.find_first_of("/?#", scheme_end), end);
    const std::size_t path_end = std::min(url.find_first_of("?#", host_end), end);
    out_.add_literal(scheme);
    if (host_end > scheme_end) out_.add_placeholder("<address>");
    const Text whole = text_;
    text_ = whole.substr(0, path_end);
    at_ = host_end;
    in_url_ = true;
    run();
    in_url_ = false;
    text_ = whole;
    at_ = end;
    return true;
  }

  // Brackets stand around addresses of IPv6.
  static bool is_delimiter_of_url(char c) { return is_delimiter(c) && c != '[' && c != ']'; }

  // "C:\dir\file" and "C:/dir/file".
  bool write_drive_path() {
    if (!v2::is_ascii_letter(text_[at_]) || at_ + 2 >= text_.size() || text_[at_ + 1] != ':' ||
        (text_[at_ + 2] != '\\' && text_[at_ + 2] != '/')) {
      return false;
    }
    return replace_until(end_of_path(at_ + 2), "<path>");
  }

  // Paths of a file system, told from routes by their first folder; "~/" and "\\server\".
  bool write_root_path() {
    const Text rest = text_.substr(at_);
    bool is_path = rest.starts_with("~/") || rest.starts_with("\\\\");
    if (!is_path && rest.starts_with('/')) {
      constexpr std::size_t longest_folder = 16;
      std::size_t end = 1;
      while (end < rest.size() && end <= longest_folder && v2::is_atom(rest[end])) ++end;
      is_path =
          end < rest.size() && rest[end] == '/' && v2::is_root_folder(rest.substr(1, end - 1));
    }
    return is_path && replace_until(end_of_path(at_), "<path>");
  }

  [[nodiscard]] std::size_t end_of_path(std::size_t end) const {
    while (end < text_.size() && !is_delimiter(text_[end]) && text_[end] != ':') ++end;
    while (end > at_ + 1 && text_[end - 1] == '.') --end;
    return end;
  }

  bool write_address() {
    std::size_t end = v2::is_digit(text_[at_]) ? v2::match_ipv4(text_, at_) : at_;
    const bool is_ipv6 = end == at_;
    if (is_ipv6 && (v2::is_hex_digit(text_[at_]) || text_[at_] == ':')) {
      end = v2::match_ipv6(text_, at_);
    }
    if (end == at_) return false;
    const bool bracketed =
        is_ipv6 && out_.text().ends_with('[') && end < text_.size() && text_[end] == ']';
    if (bracketed) {
      out_.remove_last();
      ++end;
      std::size_t port = end + 1;
      while (port < text_.size() && v2::is_digit(text_[port])) ++port;
      if (port > end + 1 && text_[end] == ':') end = port;
    }
    return replace_until(end, "<address>");
  }

  // Looked at once for each run of such characters.
  bool write_opaque() {
    if (at_ < opaque_end_) return false;
    opaque_end_ = v2::end_of_opaque_run(text_, at_);
    return v2::looks_random(text_.substr(at_, opaque_end_ - at_)) &&
           replace_until(opaque_end_, value_name);
  }

  // The number whose digits begin at `begin`, behind a sign or at the position itself.
  bool write_number(std::size_t begin) {
    if (!v2::is_digit(text_[begin])) return false;
    std::size_t digits_end = begin;
    const std::size_t end = v2::match_number(text_, begin, digits_end);
    if (end == begin) return false;
    const Text digits = text_.substr(begin, digits_end - begin);
    if (digits_end == end && v2::announces_code(out_.text(), digits)) {
      out_.add_literal(text_.substr(at_, end - at_));
    } else {
      out_.add_placeholder(value_name);
    }
    at_ = end;
    return true;
  }

  bool write_pod() {
    if (at_ == 0 || text_[at_ - 1] != '-') return false;
    return replace_until(v2::match_pod(text_, at_), value_name);
  }

  void write_atom() {
    std::size_t end = at_;
    while (end < text_.size() && v2::is_atom(text_[end])) ++end;
    const Text atom = text_.substr(at_, end - at_);
    v2::AtomKind kind = v2::kind_of_atom(atom);
    if (kind != v2::AtomKind::word && v2::announces_code(out_.text(), atom)) {
      kind = v2::AtomKind::word;
    }
    switch (kind) {
      case v2::AtomKind::word:
        out_.add_literal(atom);
        break;
      case v2::AtomKind::numbered_word:
        out_.add_literal(atom.substr(0, atom.find_first_of("0123456789")));
        out_.add_placeholder(value_name);
        break;
      case v2::AtomKind::value:
        out_.add_placeholder(value_name);
        break;
    }
    at_ = end;
  }

  // A quoted value, unless what stands around it says that it is a name or a text of the program;
  // that is written like all else.
  bool write_quoted() {
    if (in_url_) return false;
    const Text rest = text_.substr(at_);
    for (std::size_t kind = 0; kind < quotes.size(); ++kind) {
      const Quote& quote = quotes[kind];
      if (!rest.starts_with(quote.open)) continue;
      if (!may_open()) return false;
      const std::size_t begin = at_ + quote.open.size();
      const std::size_t close = find_close(kind, begin);
      if (close == Text::npos) return false;
      const std::size_t end = close + quote.close.size();
      if (is_name(close, end)) return false;
      out_.add_placeholder(value_name, quote.open, text_.substr(close, end - close));
      at_ = end;
      return true;
    }
    return false;
  }

  // An apostrophe inside a word opens nothing; the mark of Python's b'bytes' is no word.
  [[nodiscard]] bool may_open() const {
    if (at_ == 0 || !v2::is_atom(text_[at_ - 1])) return true;
    const bool single = at_ == 1 || !v2::is_atom(text_[at_ - 2]);
    return single && (text_[at_ - 1] == 'b' || text_[at_ - 1] == 'u');
  }

  // Where the quote closes: not inside a word, and not behind a backslash. What was found is kept
  // for the next opening, so that all searches together read the text once.
  [[nodiscard]] std::size_t find_close(std::size_t kind, std::size_t from) {
    std::size_t& next = next_close_[kind];
    if (next < from) {
      next = from;
      while (next < text_.size() && !closes(quotes[kind], next)) ++next;
    }
    return next < text_.size() ? next : Text::npos;
  }

  [[nodiscard]] bool closes(const Quote& quote, std::size_t at) const {
    const Text rest = text_.substr(at);
    const bool found = rest.starts_with(quote.close) ||
                       (!quote.other_close.empty() && rest.starts_with(quote.other_close));
    if (!found || text_[at - 1] == '\\') return false;
    const std::size_t end = at + quote.close.size();
    return end >= text_.size() || !v2::is_atom(text_[end]);
  }

  // Whether the quoted text from the position to `close` belongs to the program.
  [[nodiscard]] bool is_name(std::size_t close, std::size_t end) const {
    constexpr std::size_t longest_name = 256;
    if (close - at_ > longest_name) return false;
    const Text before = out_.text();
    // Keys of JSON and of what looks like it: {"id": 5, 'name': 'x'}.
    const Text opening = v2::strip_end(before, " ", 1);
    if (text_.substr(end).starts_with(':') && (opening.ends_with('{') || opening.ends_with(','))) {
      return true;
    }
    if (v2::ends_with_any(v2::strip_end(before, " :=(\"'", 3), v2::words_before_names()))
      return true;
    const Text behind = text_.substr(end);
    return std::ranges::any_of(v2::words_behind_names(),
                               [behind](Text words) { return behind.starts_with(words); });
  }

  Text text_;
  std::size_t at_ = 0;
  v2::TemplateOutput out_;
  bool in_url_ = false;
  std::size_t opaque_end_ = 0;
  // The next place that closes each kind of quote, from the position up to which was looked.
  std::array<std::size_t, quotes.size()> next_close_{};
};

}  // namespace

std::string message_template_v2(std::string_view message) {
  return TemplateWriter(message).write();
}

}  // namespace rounds
