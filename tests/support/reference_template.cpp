#include "tests/support/reference_template.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <regex>
#include <vector>

#include "core/grouping_tables_v2.hpp"
#include "tests/support/reference_parts.hpp"

namespace rounds::test {
namespace {

using namespace reference;  // NOLINT(google-build-using-namespace): made for this file

bool ends_with_word(const std::string& text, const std::string& word) {
  if (!lower(text).ends_with(word)) return false;
  return text.size() == word.size() ||
         std::isalpha(static_cast<unsigned char>(text[text.size() - word.size() - 1])) == 0;
}

template <typename Words>
bool ends_with_any(const std::string& text, const Words& words) {
  return std::ranges::any_of(words,
                             [&](auto word) { return ends_with_word(text, std::string(word)); });
}

std::string strip(std::string text, const std::string& characters, int most) {
  for (; most > 0 && !text.empty() && characters.find(text.back()) != std::string::npos; --most) {
    text.pop_back();
  }
  return text;
}

bool announces_code(const std::string& before, const std::string& number) {
  if (number.size() > 10) return false;
  if (ends_with_any(strip(before, " :=#([-\"'", 3), v2::code_words())) return true;
  if (!before.ends_with(' ')) return false;
  const std::string word = before.substr(0, before.size() - 1);
  if (ends_with_any(word, v2::weak_code_words())) return true;
  return std::regex_match(number, std::regex("[1-5]\\d\\d")) &&
         ends_with_any(word, v2::status_verbs());
}

class Reference {
 public:
  explicit Reference(std::string text) : text_(std::move(text)) {}

  std::string run() {
    pass();
    while (out_.ends_with(' ')) out_.pop_back();
    return out_;
  }

 private:
  void pass() {
    while (at_ < text_.size()) step();
  }

  [[nodiscard]] std::string rest() const { return text_.substr(at_); }
  [[nodiscard]] bool begins() const { return at_ == 0 || !is_atom(text_[at_ - 1]); }

  void literal(const std::string& text) {
    for (const char c : text) {
      out_ += c;
      for (const std::string name :
           {"<value>", "<uuid>", "<time>", "<address>", "<email>", "<path>"}) {
        if (!out_.ends_with(name)) continue;
        std::string before = out_.substr(0, out_.size() - name.size());
        before += std::string(backslashes(before) + 1, '\\');
        out_ = before + name;
      }
    }
  }

  static std::size_t backslashes(const std::string& text) {
    const std::size_t last = text.find_last_not_of('\\');
    return last == std::string::npos ? text.size() : text.size() - 1 - last;
  }

  void placeholder(const std::string& name, const std::string& open = "",
                   const std::string& close = "") {
    const std::string unit = open + name + close;
    for (const std::string separator : {", ", ",", " ", "; ", ".", "-"}) {
      if (last_unit_end_ + separator.size() == out_.size() && out_.ends_with(unit + separator) &&
          last_unit_end_ > 0) {
        out_.resize(last_unit_end_);
        return;
      }
    }
    if (open.empty()) out_ += std::string(backslashes(out_), '\\');
    out_ += unit;
    last_unit_end_ = out_.size();
  }

  bool take(const std::optional<std::string>& found, const std::string& name) {
    if (!found || found->empty()) return false;
    placeholder(name);
    at_ += found->size();
    return true;
  }

  void step() {
    const char c = text_[at_];
    if (is_blank(c)) {
      if (rest().starts_with("\x1B[")) {
        std::size_t end = at_ + 2;
        while (end < text_.size() && end - at_ < 16 &&
               std::isalpha(static_cast<unsigned char>(text_[end])) == 0) {
          ++end;
        }
        at_ = std::min(end + 1, text_.size());
        return;
      }
      if (!out_.empty() && !out_.ends_with(' ')) literal(" ");
      ++at_;
    } else if (!quoted()) {
      is_atom(c) ? at_atom() : at_sign(c);
    }
  }

  void at_atom() {
    if (pair() || url()) return;
    if (match(rest(), "[A-Za-z]:[\\\\/]")) {
      take(path_from(2), "<path>");
      return;
    }
    const std::string text = rest();
    if (take(match(text, "[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,8}"),
             "<email>") ||
        take(longest(text, {"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"}), "<uuid>") ||
        take(time_at(text), "<time>") || address() || opaque() || number("") ||
        take(host_at(text), "<address>")) {
      return;
    }
    const std::string pod = "[bcdfghjklmnpqrstvwxz2456789]";
    if (at_ > 0 && text_[at_ - 1] == '-' &&
        take(longest(text, {pod + "{8,10}-" + pod + "{5}"}), "<value>")) {
      return;
    }
    atom();
  }

  void at_sign(char c) {
    if (c == ':' && begins() && address()) return;
    if ((c == '-' || c == '+') && begins() && number(std::string(1, c))) return;
    if (begins()) {
      const auto folder = match(rest(), "/[A-Za-z0-9]{1,16}/");
      const bool root = folder && v2::is_root_folder(folder->substr(1, folder->size() - 2));
      if ((root || rest().starts_with("~/") || rest().starts_with("\\\\")) &&
          take(path_from(0), "<path>")) {
        return;
      }
    }
    literal(std::string(1, c));
    ++at_;
  }

  [[nodiscard]] std::string path_from(std::size_t offset) const {
    std::size_t end = offset;
    const std::string text = rest();
    while (end < text.size() && !is_blank(text[end]) &&
           std::string("\"'`<>()[]{},;|:").find(text[end]) == std::string::npos) {
      ++end;
    }
    while (end > 1 && text[end - 1] == '.') --end;
    return text.substr(0, end);
  }

  bool pair() {
    const auto key = match(rest(), "[A-Za-z][A-Za-z_.-]{0,63}");
    if (!key) return false;
    const std::string behind = rest().substr(key->size());
    if (!match(behind, "=[^=>~]")) {
      // The character behind may be one that a regular expression's class does not take.
      if (behind.size() < 2 || behind[0] != '=' ||
          std::string("=>~").find(behind[1]) != std::string::npos) {
        return false;
      }
    }
    std::string word;
    for (std::size_t i = 0; i < key->size(); ++i) {
      const char c = (*key)[i];
      if (c == '_' || c == '-' || c == '.') {
        word.clear();
      } else {
        if (std::isupper(c) != 0 && i > 0 && std::islower((*key)[i - 1]) != 0) word.clear();
        word += c;
      }
    }
    if (!v2::is_data_key(lower(word))) return false;
    literal(*key + "=");
    at_ += key->size() + 1;
    if (quoted()) return true;
    std::size_t end = 0;
    const std::string value = rest();
    while (end < value.size() && !is_blank(value[end]) &&
           std::string(",;)]}|&\"").find(value[end]) == std::string::npos) {
      ++end;
    }
    const auto number = number_at(value);
    if (number && number->digits.size() == end) end = number->all.size();
    take(value.substr(0, end), "<value>");
    return true;
  }

  bool url() {
    if (in_url_) return false;
    const auto scheme = match(rest(), "[A-Za-z][A-Za-z0-9+.-]{0,15}://");
    if (!scheme) return false;
    std::string url = *scheme;
    while (at_ + url.size() < text_.size() && !is_blank(text_[at_ + url.size()]) &&
           std::string("\"'`<>(){},;|").find(text_[at_ + url.size()]) == std::string::npos) {
      url += text_[at_ + url.size()];
    }
    while (url.size() > scheme->size() &&
           std::string(".:!?").find(url.back()) != std::string::npos) {
      url.pop_back();
    }
    if (*scheme == "file://") return take(url, "<path>");
    const std::size_t end = at_ + url.size();
    const std::size_t host_end = std::min(url.find_first_of("/?#", scheme->size()), url.size());
    const std::size_t path_end = std::min(url.find_first_of("?#", host_end), url.size());
    literal(*scheme);
    if (host_end > scheme->size()) placeholder("<address>");
    const std::string whole = text_;
    text_ = whole.substr(0, at_ + path_end);
    at_ += host_end;
    in_url_ = true;
    pass();
    in_url_ = false;
    text_ = whole;
    at_ = end;
    return true;
  }

  bool address() {
    if (const auto found = ipv4_at(rest())) return take(found, "<address>");
    auto found = ipv6_at(rest());
    if (!found) return false;
    if (out_.ends_with('[') && rest().substr(found->size()).starts_with(']')) {
      out_.pop_back();
      *found += "]";
      *found += match(rest().substr(found->size()), ":\\d+").value_or("");
    }
    return take(found, "<address>");
  }

  bool opaque() {
    if (at_ < opaque_end_) return false;
    const std::string run = match(rest(), "[A-Za-z0-9+/=_-]+").value_or("");
    opaque_end_ = at_ + run.size();
    return looks_random(run) && take(run, "<value>");
  }

  bool number(const std::string& sign) {
    const auto found = number_at(rest().substr(sign.size()));
    if (!found) return false;
    if (found->all == found->digits && announces_code(out_, found->digits)) {
      literal(sign + found->all);
    } else {
      placeholder("<value>");
    }
    at_ += sign.size() + found->all.size();
    return true;
  }

  void atom() {
    std::string atom;
    while (at_ + atom.size() < text_.size() && is_atom(text_[at_ + atom.size()])) {
      atom += text_[at_ + atom.size()];
    }
    const auto [kept, varies] = judge_atom(atom);
    if (!varies || announces_code(out_, atom)) {
      literal(atom);
    } else {
      literal(kept);
      placeholder("<value>");
    }
    at_ += atom.size();
  }

  bool quoted() {
    if (in_url_) return false;
    const std::vector<std::vector<std::string>> quotes{{"\"", "\""}, {"'", "'"}, {"`", "`", "'"},
                                                       {"“", "”"},   {"‘", "’"}, {"«", "»"}};
    for (const auto& quote : quotes) {
      if (!rest().starts_with(quote[0])) continue;
      if (at_ > 0 && is_atom(text_[at_ - 1])) {
        const bool prefix = (text_[at_ - 1] == 'b' || text_[at_ - 1] == 'u') &&
                            (at_ == 1 || !is_atom(text_[at_ - 2]));
        if (!prefix) return false;
      }
      for (std::size_t close = at_ + quote[0].size(); close < text_.size(); ++close) {
        for (std::size_t i = 1; i < quote.size(); ++i) {
          if (!text_.substr(close).starts_with(quote[i]) || text_[close - 1] == '\\' ||
              !ends_atom(text_, close + quote[i].size())) {
            continue;
          }
          if (is_name(close, close + quote[i].size())) return false;
          placeholder("<value>", quote[0], quote[i]);
          at_ = close + quote[i].size();
          return true;
        }
      }
      return false;
    }
    return false;
  }

  [[nodiscard]] bool is_name(std::size_t close, std::size_t end) const {
    if (close - at_ > 256) return false;
    const std::string behind = text_.substr(end);
    const std::string opening = strip(out_, " ", 1);
    if (behind.starts_with(':') && (opening.ends_with('{') || opening.ends_with(','))) return true;
    if (ends_with_any(strip(out_, " :=(\"'", 3), v2::words_before_names())) return true;
    return std::ranges::any_of(v2::words_behind_names(),
                               [&](auto words) { return behind.starts_with(words); });
  }

  std::string text_;
  std::size_t at_ = 0;
  std::string out_;
  std::size_t last_unit_end_ = 0;
  std::size_t opaque_end_ = 0;
  bool in_url_ = false;
};

}  // namespace

std::string reference_template_v1(const std::string& message) {
  std::string text = message;
  const auto replace = [&text](const std::string& pattern, const std::string& by) {
    text = std::regex_replace(text, std::regex(pattern), by);
  };
  replace("\\b\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\b", "*");
  replace(":\\d+\\b", ":*");
  replace("\\b\\d{3,}\\b", "*");
  replace("\\d{4}-\\d{2}-\\d{2}", "*");
  replace("\\d{2}:\\d{2}:\\d{2}", "*");
  replace("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", "*");
  return text;
}

std::string reference_template_v2(const std::string& message) {
  return Reference(message).run();
}

}  // namespace rounds::test
