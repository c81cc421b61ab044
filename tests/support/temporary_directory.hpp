// A directory of its own for each test, removed when the test is over.
#pragma once

#include <filesystem>

namespace rounds::test {

// Creates a fresh directory below the system's temporary directory; removes it with all it holds.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace rounds::test
