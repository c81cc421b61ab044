#include "bench/compare/workload.hpp"

namespace rounds::bench {

std::string_view to_string(System system) {
  // In the order of the enumerators.
  static constexpr std::array<std::string_view, all_systems.size()> names{
      "rounds", "rocksdb", "sqlite", "sqlite-rowwise"};
  return names[static_cast<std::size_t>(system)];
}

std::vector<std::unique_ptr<Workload>> make_workloads(const Scale& scale) {
  std::vector<std::unique_ptr<Workload>> workloads;
  workloads.push_back(make_zipf_coalesced(scale));
  workloads.push_back(make_zipf_each(scale));
  workloads.push_back(make_sync_one(scale));
  workloads.push_back(make_point_read(scale));
  workloads.push_back(make_top50(scale));
  workloads.push_back(make_replay(scale));
  return workloads;
}

}  // namespace rounds::bench
