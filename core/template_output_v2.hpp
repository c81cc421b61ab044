// The template of a message as it grows (rules v2), and what its end announces of what comes next.
//
// Internal to core/. Belongs to one thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace rounds::v2 {

class TemplateOutput {
 public:
  [[nodiscard]] const std::string& text() const { return text_; }

  // Whether limits::max_template_bytes is reached: what is added from now on may be dropped.
  [[nodiscard]] bool is_full() const { return full_; }

  // Adds a text of the message itself. Where it would look like a placeholder, a backslash is put
  // in front of it, and backslashes that stand there are doubled.
  void add_literal(char c) { add_literal(std::string_view(&c, 1)); }
  void add_literal(std::string_view literal);

  // Adds a space, unless one is there or the text is empty.
  void add_space();

  // Adds `name` in quotes or not. Of a list of equal ones only the first is kept, so that its
  // length does not count; nor does where a random text happens to look like several.
  void add_placeholder(std::string_view name, std::string_view open = {},
                       std::string_view close = {});

  // Removes the last character, which must be a literal one of ASCII.
  void remove_last() { text_.pop_back(); }

  // The text without spaces at its end. The object is empty afterwards.
  [[nodiscard]] std::string take();

 private:
  void escape_last();
  [[nodiscard]] std::size_t count_backslashes(std::size_t end) const;

  std::string text_;
  std::size_t placeholder_end_ = 0;  // where the last placeholder ended; 0: there is none
  bool full_ = false;
};

// Whether `text` ends with one of `words`, which are lower case, and no letter stands before it.
[[nodiscard]] bool ends_with_any(std::string_view text, std::span<const std::string_view> words);

// `text` without up to `most` of `characters` at its end.
[[nodiscard]] std::string_view strip_end(std::string_view text, std::string_view characters,
                                         std::size_t most);

// Whether the text in front of `number` says that it is a code, which does not vary.
[[nodiscard]] bool announces_code(std::string_view before, std::string_view number);

}  // namespace rounds::v2
