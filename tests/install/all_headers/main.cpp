// Uses what the example of the tree does not: the store in memory and the asynchronous front.
#include <cstdlib>

#include <boost/asio/use_future.hpp>

#include "all_headers.hpp"

int main() {
  rounds::MemoryStore memory;
  rounds::AsyncStore store(memory);
  const auto stats = store.get_stats(boost::asio::use_future).get();
  return stats && stats->signature_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
