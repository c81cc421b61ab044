// growth: what a store costs that has many signatures already. The same number of occurrences is
// recorded, each of any signature, in a large store and in a small one, each in a process of its
// own that holds nothing but the store: its peak memory is the store's.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "bench/compare/child.hpp"
#include "bench/compare/workload.hpp"

namespace rounds::bench {
namespace {

class GrowthWorkload final : public Workload {
 public:
  explicit GrowthWorkload(const Scale& scale) : scale_(scale) {}

  std::string_view name() const override { return "growth"; }
  std::vector<System> systems() const override { return {System::rounds}; }
  void prepare() override {}

  Result<Samples> run(System /*system*/, const std::filesystem::path& directory) override {
    auto large = grow("large", directory, scale_.growth_signatures);
    if (!large) return large;
    auto small = grow("small", directory, scale_.signatures);
    if (!small) return small;
    large->insert(large->end(), small->begin(), small->end());
    return large;
  }

 private:
  Result<Samples> grow(std::string_view size, const std::filesystem::path& directory,
                       std::uint32_t signatures) const {
    auto child = start_child("grow", {.directory = directory / size,
                                      .signatures = signatures,
                                      .occurrences = scale_.growth_occurrences,
                                      .seed = scale_.seed});
    if (!child) return std::unexpected(std::move(child.error()));
    auto samples = read_samples(*child);
    if (!samples) return samples;
    for (Sample& sample : *samples) sample.metric = fmt::format("{}_{}", sample.metric, size);
    return samples;
  }

  Scale scale_;
};

}  // namespace

std::unique_ptr<Workload> make_growth(const Scale& scale) {
  return std::make_unique<GrowthWorkload>(scale);
}

}  // namespace rounds::bench
