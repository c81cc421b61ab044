// What the files of a directory hold: to see that something changed none of them.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace rounds::test {

// Path and bytes of every file below `directory`.
[[nodiscard]] std::map<std::string, std::string> content_of(const std::filesystem::path& directory);

}  // namespace rounds::test
