// Runs one fuzzer's check on given files, in builds without libFuzzer: its seeds, or an input that
// the fuzzer has found.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzzers.hpp"

namespace {

// The files at `path`, which may be a folder.
std::vector<std::filesystem::path> files_at(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

}  // namespace

int main(int count, char** arguments) {
  using rounds::test::all_fuzzers;
  const std::string_view name = count > 1 ? arguments[1] : "";
  const auto* fuzzer = std::ranges::find(all_fuzzers, name, &rounds::test::Fuzzer::name);
  if (fuzzer == all_fuzzers.end()) {
    std::string usage = "usage: fuzz_seeds FUZZER FILE_OR_FOLDER...\nfuzzers:";
    for (const auto& known : all_fuzzers) usage.append(" ").append(known.name);
    std::fprintf(stderr, "%s\n", usage.c_str());
    return 2;
  }
  std::size_t checked = 0;
  for (int i = 2; i < count; ++i) {
    for (const auto& path : files_at(arguments[i])) {
      std::ifstream file(path, std::ios::binary);
      if (!file) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        return 1;
      }
      const std::string input{std::istreambuf_iterator<char>(file), {}};
      std::fprintf(stderr, "%s\n", path.c_str());
      fuzzer->check(input);
      ++checked;
    }
  }
  std::fprintf(stderr, "%zu inputs\n", checked);
  return checked > 0 ? 0 : 1;
}
