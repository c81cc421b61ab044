#include "tests/support/temporary_directory.hpp"

#include <string>
#include <system_error>

#include <stdlib.h>

#include "core/check.hpp"

namespace rounds::test {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "rounds-test-XXXXXX").string();
  ROUNDS_CHECK(::mkdtemp(pattern.data()) != nullptr, "cannot create a temporary directory");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace rounds::test
