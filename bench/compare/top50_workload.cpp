// top50: how long the first page of a listing takes: of all signatures to investigate, and of one
// service and error type. Everything is on disk, the cache is warm.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "bench/compare/sqlite_store.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/producer.hpp"
#include "bench/support/timing.hpp"

namespace rounds::bench {
namespace {

constexpr std::size_t page_size = 50;

class Top50Workload final : public Workload {
 public:
  explicit Top50Workload(const Scale& scale)
      : signatures_(scale.stored_signatures), listings_(scale.listings), seed_(scale.seed) {}

  std::string_view name() const override { return "top50"; }
  std::vector<System> systems() const override { return {System::rounds, System::sqlite}; }
  void prepare() override { stream_.emplace(OccurrenceStream::one_of_each(signatures_, seed_)); }

  Result<Samples> run(System system, const std::filesystem::path& directory) override {
    return system == System::rounds ? run_rounds(directory) : run_sqlite(directory);
  }

 private:
  // `list` gets the number of a signature, which chooses the service and error type, and returns
  // how many signatures the page has.
  template <typename List>
  Result<void> measure(std::string_view metric, Samples& samples, const List& list) {
    Latencies latencies;
    latencies.reserve(listings_);
    for (std::uint64_t i = 0; i < listings_; ++i) {
      const auto start = SteadyClock::now();
      const Result<std::uint64_t> count = list(static_cast<std::uint32_t>(i % signatures_));
      latencies.add(SteadyClock::now() - start);
      if (!count) return std::unexpected(count.error());
      if (*count == 0 || *count > page_size) {
        return fail(ErrorCode::corruption, fmt::format("a page has {} signatures", *count));
      }
    }
    samples.push_back({std::string(metric) + "_p50", latencies.percentile(0.5), "us"});
    samples.push_back({std::string(metric) + "_p99", latencies.percentile(0.99), "us"});
    return {};
  }

  Result<Samples> run_rounds(const std::filesystem::path& directory) {
    if (auto filled = fill_store(directory, *stream_, {}); !filled) {
      return std::unexpected(filled.error());
    }
    auto store = RocksStore::open(directory);
    if (!store) return std::unexpected(std::move(store.error()));
    const auto list = [&](const SignatureQuery& query) -> Result<std::uint64_t> {
      const auto page = (*store)->list(query);
      if (!page) return std::unexpected(page.error());
      return page->signatures.size();
    };
    Samples samples;
    SignatureQuery pending;
    pending.status = Status::new_;
    pending.limit = page_size;
    auto measured = measure("pending", samples, [&](std::uint32_t) { return list(pending); });
    if (!measured) return std::unexpected(std::move(measured.error()));
    measured = measure("similar", samples, [&](std::uint32_t number) {
      SignatureQuery similar;
      similar.service = stream_->identity(number)->service;
      similar.error_type = stream_->identity(number)->error_type;
      similar.limit = page_size;
      return list(similar);
    });
    if (!measured) return std::unexpected(std::move(measured.error()));
    return samples;
  }

  Result<Samples> run_sqlite(const std::filesystem::path& directory) {
    auto store = SqliteStore::open(directory);
    if (!store) return std::unexpected(std::move(store.error()));
    const auto filled = store->record(*stream_, 0, stream_->size(), sqlite_transaction_occurrences);
    if (!filled) return std::unexpected(filled.error());
    Samples samples;
    auto measured =
        measure("pending", samples, [&](std::uint32_t) { return store->list_pending(page_size); });
    if (!measured) return std::unexpected(std::move(measured.error()));
    measured = measure("similar", samples, [&](std::uint32_t number) {
      const SignatureIdentity& identity = *stream_->identity(number);
      return store->list_similar(identity.service, identity.error_type, page_size);
    });
    if (!measured) return std::unexpected(std::move(measured.error()));
    return samples;
  }

  std::uint32_t signatures_;
  std::uint64_t listings_;
  std::uint64_t seed_;
  std::optional<OccurrenceStream> stream_;
};

}  // namespace

std::unique_ptr<Workload> make_top50(const Scale& scale) {
  return std::make_unique<Top50Workload>(scale);
}

}  // namespace rounds::bench
