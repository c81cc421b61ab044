#include "tests/support/directory_content.hpp"

#include <fstream>
#include <iterator>

namespace rounds::test {

std::map<std::string, std::string> content_of(const std::filesystem::path& directory) {
  std::map<std::string, std::string> content;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    content[entry.path().string()] = {std::istreambuf_iterator<char>(stream), {}};
  }
  return content;
}

}  // namespace rounds::test
