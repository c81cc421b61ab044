#include "bench/compare/workload.hpp"

namespace rounds::bench {

std::string_view to_string(System system) {
  // In the order of the enumerators.
  static constexpr std::array<std::string_view, all_systems.size()> names{
      "rounds", "rounds-exemplars", "rocksdb", "rocksdb-rows", "sqlite", "sqlite-rowwise"};
  return names[static_cast<std::size_t>(system)];
}

Scale small_scale() {
  Scale scale;
  scale.occurrences = 300'000;
  scale.signatures = 20'000;
  scale.sqlite_occurrences = 100'000;
  scale.synced_occurrences = 1'000;
  scale.uniform_occurrences = 200'000;
  scale.uniform_signatures = 50'000;
  scale.replayed_events = 100'000;
  scale.stored_signatures = 20'000;
  scale.point_reads = 10'000;
  scale.listings = 500;
  scale.long_log_events = 200'000;
  scale.short_log_events = 50'000;
  scale.growth_signatures = 100'000;
  scale.growth_occurrences = 100'000;
  scale.otlp_records = 200'000;
  scale.otlp_paced_records = 100'000;
  scale.otlp_json_records = 100'000;
  return scale;
}

Scale tiny_scale() {
  Scale scale;
  scale.occurrences = 20'000;
  scale.signatures = 2'000;
  scale.sqlite_occurrences = 10'000;
  scale.synced_occurrences = 20;
  scale.uniform_occurrences = 10'000;
  scale.uniform_signatures = 3'000;
  scale.replayed_events = 10'000;
  scale.stored_signatures = 2'000;
  scale.point_reads = 1'000;
  scale.listings = 50;
  scale.long_log_events = 30'000;
  scale.short_log_events = 10'000;
  scale.growth_signatures = 5'000;
  scale.growth_occurrences = 5'000;
  scale.otlp_records = 5'000;
  scale.otlp_paced_records = 2'000;
  scale.otlp_json_records = 3'000;
  return scale;
}

std::vector<std::unique_ptr<Workload>> make_workloads(const Scale& scale) {
  std::vector<std::unique_ptr<Workload>> workloads;
  workloads.push_back(make_zipf_coalesced(scale));
  workloads.push_back(make_zipf_each(scale));
  workloads.push_back(make_uniform(scale));
  workloads.push_back(make_sync_one(scale));
  workloads.push_back(make_point_read(scale));
  workloads.push_back(make_top50(scale));
  workloads.push_back(make_replay(scale));
  workloads.push_back(make_open(scale));
  workloads.push_back(make_growth(scale));
  workloads.push_back(make_otlp_http(scale));
  return workloads;
}

}  // namespace rounds::bench
