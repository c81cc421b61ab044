// The text of a settings file, in the form that its parser knows: CLI11 reads TOML a line at a
// time.
//
// Pure: usable from any thread.
#pragma once

#include <string>
#include <string_view>

namespace rounds::api {

// `toml` with each array on one line: without the newlines, comments and last comma in it. All else
// stays as it is, whatever it is.
[[nodiscard]] std::string with_arrays_on_one_line(std::string_view toml);

}  // namespace rounds::api
