// The process that the kill test kills: works on a store and writes the lines of its ledger to
// stdout, each before the next thing happens. Arguments: data directory, seed.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

#include "store/rocks_store.hpp"
#include "tests/torture/workload.hpp"

namespace {

// Straight to the pipe: what is there when the process dies is what was written.
void write_line(const std::string& line) {
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written <= 0) std::_Exit(1);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  rounds::test::Workload workload(std::strtoull(argv[2], nullptr, 10),
                                  [](const std::string& line) { write_line(line + "\n"); });
  rounds::RocksStoreOptions options;
  options.layer_events = 1 + workload.below(60);
  const auto store = rounds::RocksStore::open(argv[1], std::move(options));
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 3;
  }
  write_line("open\n");
  while (workload.step(**store)) continue;
  return 4;
}
