// top50: how long the first page of a listing takes: of all signatures to investigate, and of one
// service and error type. Everything is on disk, the cache is warm.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "bench/compare/measure.hpp"
#include "bench/compare/workload.hpp"

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
  Result<Samples> measure(std::string_view metric, const List& list) const {
    return measure_latencies(metric, listings_, [&](std::uint64_t i) -> Result<void> {
      const Result<std::uint64_t> count = list(static_cast<std::uint32_t>(i % signatures_));
      if (!count) return std::unexpected(count.error());
      if (*count == 0 || *count > page_size) {
        return fail(ErrorCode::corruption, fmt::format("a page has {} signatures", *count));
      }
      return {};
    });
  }

  Result<Samples> run_rounds(const std::filesystem::path& directory) {
    const auto store = open_filled_rounds(directory, *stream_);
    if (!store) return std::unexpected(store.error());
    const auto list = [&](const SignatureQuery& query) -> Result<std::uint64_t> {
      const auto page = (*store)->list(query);
      if (!page) return std::unexpected(page.error());
      return page->signatures.size();
    };
    SignatureQuery pending;
    pending.status = Status::new_;
    pending.limit = page_size;
    auto first = measure("pending", [&](std::uint32_t) { return list(pending); });
    auto second = measure("similar", [&](std::uint32_t number) {
      SignatureQuery similar;
      similar.service = stream_->identity(number)->service;
      similar.error_type = stream_->identity(number)->error_type;
      similar.limit = page_size;
      return list(similar);
    });
    return join(std::move(first), std::move(second));
  }

  Result<Samples> run_sqlite(const std::filesystem::path& directory) {
    auto store = open_filled_sqlite(directory, *stream_);
    if (!store) return std::unexpected(std::move(store.error()));
    auto pending =
        measure("pending", [&](std::uint32_t) { return store->list_pending(page_size); });
    auto similar = measure("similar", [&](std::uint32_t number) {
      const SignatureIdentity& identity = *stream_->identity(number);
      return store->list_similar(identity.service, identity.error_type, page_size);
    });
    return join(std::move(pending), std::move(similar));
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
