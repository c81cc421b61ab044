// The data of grouping rules v2: words, units and prefixes that decide what counts.
//
// Part of the fingerprint: a changed word is a changed fingerprint, so these tables are fixed for
// ever once released; better ones are rules v3. Internal to core/. All texts are lower case unless
// they name code. Constants: usable from any thread.
#pragma once

#include <span>
#include <string_view>

#include "core/language.hpp"

namespace rounds::v2 {

// Words with digits that are no variable part: "utf8", "sha256", "http2".
[[nodiscard]] bool is_technical_word(std::string_view lower_case_word);

// What may stand behind a number without a space ("30ms"), or with one ("30 ms").
[[nodiscard]] bool is_unit(std::string_view lower_case_word);
[[nodiscard]] bool is_spaced_unit(std::string_view lower_case_word);

// The last part of a host name: "internal", "com".
[[nodiscard]] bool is_host_suffix(std::string_view label);

// The first folder of a path in a file system, as opposed to the path of a route: "home", "var".
[[nodiscard]] bool is_root_folder(std::string_view folder);

// The key of a pair "key=value" whose value is data: "user", "request_id".
[[nodiscard]] bool is_data_key(std::string_view lower_case_word);

// Words in front of a number that is a code and not a quantity: "status", "errno".
[[nodiscard]] std::span<const std::string_view> code_words();
// The same for words that are followed by a quantity as well: only one space may stand between.
[[nodiscard]] std::span<const std::string_view> weak_code_words();
// Words in front of an HTTP status: "answered", "returned".
[[nodiscard]] std::span<const std::string_view> status_verbs();

// Words in front of a quoted name of the program, or of a quoted message: "attribute", "desc".
[[nodiscard]] std::span<const std::string_view> words_before_names();
// What stands behind such a name: " object", " is not defined".
[[nodiscard]] std::span<const std::string_view> words_behind_names();

// Types of error that say nothing: what SDKs send when a program throws a text.
[[nodiscard]] bool is_empty_type(std::string_view type);

// What the frames of a language's runtime, and those of well-known libraries, begin with: the
// module for JVM, .NET, Go, PHP and Swift, the function for Rust and C++.
struct CodePrefixes {
  std::span<const std::string_view> runtime;
  std::span<const std::string_view> library;
};
[[nodiscard]] CodePrefixes code_prefixes(Language language);

// Parts of a file's path that tell whose code it is.
[[nodiscard]] CodePrefixes path_marks();

// Whole names of functions that the runtime itself provides.
[[nodiscard]] bool is_runtime_function(Language language, std::string_view function);

}  // namespace rounds::v2
