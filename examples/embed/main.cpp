// Embeds a store: records two occurrences of one failure, resolves its signature, lists them all.

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <rounds/core/fingerprint.hpp>
#include <rounds/core/signature_store.hpp>
#include <rounds/store/rocks_store.hpp>

namespace {

// What an application knows when something fails.
rounds::Occurrence observe(int order) {
  rounds::Occurrence occurrence;
  occurrence.service = "checkout";
  occurrence.error_type = "TimeoutError";
  occurrence.message = fmt::format("no answer for order {} from 10.0.0.7:5432", order);
  occurrence.frames = {{.module = "shop.db", .function = "query", .filename = "db.py", .line = 42}};
  occurrence.time = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return occurrence;
}

// Both occurrences get the same fingerprint, because the order and the address are replaced in the
// template. When record() returns they are durable.
rounds::Result<rounds::Signature> record_two(rounds::SignatureStore& store) {
  std::vector<rounds::IdentifiedOccurrence> occurrences{rounds::identify(observe(1001)),
                                                        rounds::identify(observe(1002))};
  const std::string fingerprint = occurrences.front().identity->fingerprint;
  auto commit = store.record(std::move(occurrences));
  if (!commit) return std::unexpected(commit.error());
  auto signature = store.get_by_fingerprint(fingerprint);
  if (!signature) return std::unexpected(signature.error());
  return std::move(*signature).value();
}

rounds::Result<void> show_all(rounds::SignatureStore& store) {
  auto page = store.list({});
  if (!page) return std::unexpected(page.error());
  for (const rounds::Signature& signature : page->signatures) {
    fmt::print("{} {} {} x{}: {}\n", signature.identity->fingerprint, to_string(signature.status),
               signature.identity->service, signature.occurrence_count,
               signature.identity->message_template);
  }
  return {};
}

rounds::Result<void> work(rounds::SignatureStore& store) {
  auto signature = record_two(store);
  if (!signature) return std::unexpected(signature.error());

  rounds::CommandContext context;
  context.provenance.actor = "embed example";
  context.expected_version = signature->version;  // refuse if somebody else changed it meanwhile
  auto resolved = store.execute(signature->id, rounds::Resolve{"raised the pool size"}, context);
  if (!resolved) return std::unexpected(resolved.error());

  if (auto shown = show_all(store); !shown) return shown;
  return store.close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: embed DATA_DIRECTORY (created if it is not there)\n");
    return 2;
  }
  auto store = rounds::RocksStore::open(argv[1]);
  if (!store) {
    fmt::print(stderr, "embed: {}\n", store.error().message);
    return EXIT_FAILURE;
  }
  if (auto done = work(**store); !done) {
    fmt::print(stderr, "embed: {}\n", done.error().message);
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
