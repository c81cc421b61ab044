// top50: how long the first page of a listing takes: of all signatures to investigate (pending), of
// another status, of a service, and of a service and error type (similar). At first nothing else
// happens (everything is on disk, the cache is warm), then the Zipf occurrences are recorded at
// full speed (busy).
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "bench/compare/measure.hpp"
#include "bench/compare/workload.hpp"
#include "bench/support/producer.hpp"

namespace rounds::bench {
namespace {

constexpr std::size_t page_size = 50;

// One signature in a hundred is being investigated, the others are new.
constexpr std::uint32_t investigated_step = 100;

// Reads come at this pace while occurrences are recorded. One that overruns makes the next ones
// late, which counts as theirs: a stall is not one slow read but all those that it kept waiting.
constexpr std::chrono::milliseconds busy_interval{2};

struct Listing {
  std::string name;
  // Gets the number of a signature, which chooses service and error type. Returns how many
  // signatures the page has.
  std::function<Result<std::uint64_t>(std::uint32_t)> list;
  // How many it should have.
  std::function<std::uint64_t(std::uint32_t)> expected;
};

class Top50Workload final : public Workload {
 public:
  explicit Top50Workload(const Scale& scale) : scale_(scale) {}

  std::string_view name() const override { return "top50"; }
  std::vector<System> systems() const override { return {System::rounds, System::sqlite}; }

  void prepare() override {
    const std::uint32_t signatures = scale_.stored_signatures;
    stream_.emplace(OccurrenceStream::one_of_each(signatures, scale_.seed));
    background_.emplace(StreamOptions{.occurrences = scale_.occurrences,
                                      .signatures = std::min(scale_.signatures, signatures),
                                      .exponent = 1.0,
                                      .seed = scale_.seed,
                                      .first_position = signatures});
    for (std::uint32_t number = 0; number < signatures; ++number) {
      const SignatureIdentity& identity = *stream_->identity(number);
      ++of_service_[identity.service];
      ++similar_[{identity.service, identity.error_type}];
    }
  }

  Result<Samples> run(System system, const std::filesystem::path& directory) override {
    return system == System::rounds ? run_rounds(directory) : run_sqlite(directory);
  }

 private:
  using Listings = std::array<Listing, 4>;
  template <typename ByStatus, typename ByService, typename Similar>
  Listings listings(std::uint64_t investigated, const ByStatus& by_status,
                    const ByService& by_service, const Similar& similar) const {
    const std::uint64_t pending = scale_.stored_signatures - investigated;
    return {
        Listing{"pending", [=](std::uint32_t) { return by_status(Status::new_); },
                [=](std::uint32_t) { return pending; }},
        Listing{"status", [=](std::uint32_t) { return by_status(Status::investigating); },
                [=](std::uint32_t) { return investigated; }},
        Listing{"service", [this, by_service](std::uint32_t i) { return by_service(identity(i)); },
                [this](std::uint32_t i) { return of_service_.at(identity(i).service); }},
        Listing{"similar", [this, similar](std::uint32_t i) { return similar(identity(i)); },
                [this](std::uint32_t i) {
                  return similar_.at({identity(i).service, identity(i).error_type});
                }}};
  }

  const SignatureIdentity& identity(std::uint32_t number) const {
    return *stream_->identity(number);
  }

  // Reads every page once that is read later.
  Result<void> warm(const Listings& listings) const {
    const auto numbers = std::min<std::uint64_t>(scale_.listings, scale_.stored_signatures);
    for (std::uint64_t number = 0; number < numbers; ++number) {
      for (const Listing& listing : listings) {
        const auto count = listing.list(static_cast<std::uint32_t>(number));
        if (!count) return std::unexpected(count.error());
      }
    }
    return {};
  }

  // Runs all listings in turns, with an interval between two of them unless it is 0.
  Result<Samples> measure(const Listings& listings, std::string_view suffix,
                          std::chrono::milliseconds interval) const {
    std::array<Latencies, std::tuple_size_v<Listings>> latencies;
    auto due = SteadyClock::now();
    for (std::uint64_t i = 0; i < scale_.listings; ++i) {
      const auto number = static_cast<std::uint32_t>(i % scale_.stored_signatures);
      for (std::size_t kind = 0; kind < listings.size(); ++kind) {
        auto start = SteadyClock::now();
        if (interval.count() > 0) {
          due += interval;
          const bool is_late = due < start;
          std::this_thread::sleep_until(due);
          start = is_late ? due : SteadyClock::now();
        }
        const Result<std::uint64_t> count = listings[kind].list(number);
        latencies[kind].add(SteadyClock::now() - start);
        if (!count) return std::unexpected(count.error());
        const auto expected = std::min<std::uint64_t>(page_size, listings[kind].expected(number));
        if (*count == expected) continue;
        return fail(ErrorCode::corruption, fmt::format("a page of {} has {} signatures, not {}",
                                                       listings[kind].name, *count, expected));
      }
    }
    Samples samples;
    for (std::size_t kind = 0; kind < listings.size(); ++kind) {
      for (const auto& [percentile, share] : {std::pair{"p50", 0.5}, {"p99", 0.99}}) {
        samples.push_back({fmt::format("{}{}_{}", listings[kind].name, suffix, percentile),
                           latencies[kind].percentile(share), "us"});
      }
    }
    return samples;
  }

  Result<Samples> run_rounds(const std::filesystem::path& directory) {
    const auto investigated = fill_rounds(directory);
    if (!investigated) return std::unexpected(investigated.error());
    const auto opened = RocksStore::open(directory);
    if (!opened) return std::unexpected(opened.error());
    RocksStore& store = **opened;
    const auto list = [&store](SignatureQuery query) -> Result<std::uint64_t> {
      query.limit = page_size;
      const auto page = store.list(query);
      if (!page) return std::unexpected(page.error());
      return page->signatures.size();
    };
    const Listings kinds = listings(
        *investigated, [=](Status status) { return list({.status = status}); },
        [=](const SignatureIdentity& one) { return list({.service = one.service}); },
        [=](const SignatureIdentity& one) {
          return list({.service = one.service, .error_type = one.error_type});
        });
    if (auto warmed = warm(kinds); !warmed) return std::unexpected(std::move(warmed.error()));
    auto idle = measure(kinds, "", {});
    if (!idle) return idle;
    return join(std::move(idle), measure_busy(store, kinds));
  }

  // Returns how many signatures are being investigated. All of it is on disk afterwards.
  Result<std::uint64_t> fill_rounds(const std::filesystem::path& directory) const {
    const auto store = open_filled_rounds(directory, *stream_);
    if (!store) return std::unexpected(store.error());
    std::uint64_t investigated = 0;
    for (std::uint32_t number = 0; number < scale_.stored_signatures; number += investigated_step) {
      const auto found = (*store)->get_by_fingerprint(identity(number).fingerprint);
      if (!found) return std::unexpected(found.error());
      if (!*found) return fail(ErrorCode::corruption, "a signature is gone from rounds");
      const CommandContext context{.durability = Durability::buffered};
      const auto done = (*store)->execute((*found)->id, StartInvestigation{}, context);
      if (!done) return std::unexpected(done.error());
      ++investigated;
    }
    if (auto closed = (*store)->close(); !closed) return std::unexpected(std::move(closed.error()));
    return investigated;
  }

  Result<Samples> measure_busy(RocksStore& store, const Listings& kinds) const {
    Acknowledgements acknowledgements;
    Result<std::uint64_t> recorded;
    Result<Samples> samples;
    const Stopwatch stopwatch;
    {
      const std::jthread writer([&](const std::stop_token& stop) {
        recorded = record_until(stop, store, *background_, acknowledgements);
      });
      samples = measure(kinds, "_busy", busy_interval);
    }
    if (!recorded) return std::unexpected(recorded.error());
    if (!samples) return samples;
    const double rate = static_cast<double>(*recorded) / stopwatch.seconds();
    samples->push_back({"busy_occurrences_per_second", rate, "1/s"});
    const auto found = totals_of(store);
    if (!found) return std::unexpected(found.error());
    const auto right =
        check_totals("rounds", *found, {stream_->size() + *recorded, scale_.stored_signatures});
    if (!right) return std::unexpected(right.error());
    return samples;
  }

  Result<Samples> run_sqlite(const std::filesystem::path& directory) {
    auto store = open_filled_sqlite(directory, *stream_);
    if (!store) return std::unexpected(std::move(store.error()));
    const auto investigated = store->investigate_every(investigated_step);
    if (!investigated) return std::unexpected(investigated.error());
    const Listings kinds = listings(
        *investigated,
        [&](Status status) {
          return store->list_by_status(static_cast<std::int64_t>(status), page_size);
        },
        [&](const SignatureIdentity& one) {
          return store->list_by_service(one.service, page_size);
        },
        [&](const SignatureIdentity& one) {
          return store->list_similar(one.service, one.error_type, page_size);
        });
    if (auto warmed = warm(kinds); !warmed) return std::unexpected(std::move(warmed.error()));
    return measure(kinds, "", {});
  }

  Scale scale_;
  std::optional<OccurrenceStream> stream_;      // one of each
  std::optional<OccurrenceStream> background_;  // what is recorded meanwhile
  std::map<std::string, std::uint64_t> of_service_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> similar_;
};

}  // namespace

std::unique_ptr<Workload> make_top50(const Scale& scale) {
  return std::make_unique<Top50Workload>(scale);
}

}  // namespace rounds::bench
