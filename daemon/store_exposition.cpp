#include "daemon/store_exposition.hpp"

#include <array>

namespace rounds::daemon {
namespace {

// One number of a database, as rounds_rocksdb_NAME.
struct DatabaseNumber {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  std::uint64_t (*read)(const DatabaseMetrics& metrics);
};

constexpr std::array<DatabaseNumber, 14> database_numbers{{
    {"rounds_rocksdb_memtable_bytes", "gauge", "Memory of the memtables.",
     [](const DatabaseMetrics& m) { return m.memtable_bytes; }},
    {"rounds_rocksdb_immutable_memtables", "gauge", "Full memtables that wait to be written.",
     [](const DatabaseMetrics& m) { return m.immutable_memtables; }},
    {"rounds_rocksdb_block_cache_bytes", "gauge", "Memory that the block cache uses.",
     [](const DatabaseMetrics& m) { return m.block_cache_bytes; }},
    {"rounds_rocksdb_block_cache_capacity_bytes", "gauge", "Memory that the block cache may use.",
     [](const DatabaseMetrics& m) { return m.block_cache_capacity_bytes; }},
    {"rounds_rocksdb_level0_files", "gauge", "Table files that no compaction has taken yet.",
     [](const DatabaseMetrics& m) { return m.level0_files; }},
    {"rounds_rocksdb_pending_compaction_bytes", "gauge",
     "Estimate of what compactions still have to rewrite.",
     [](const DatabaseMetrics& m) { return m.pending_compaction_bytes; }},
    {"rounds_rocksdb_running_compactions", "gauge", "Compactions that run now.",
     [](const DatabaseMetrics& m) { return m.running_compactions; }},
    {"rounds_rocksdb_running_flushes", "gauge", "Memtables that are being written now.",
     [](const DatabaseMetrics& m) { return m.running_flushes; }},
    {"rounds_rocksdb_writes_stopped", "gauge",
     "1 while writes wait for compactions or flushes, else 0.",
     [](const DatabaseMetrics& m) { return std::uint64_t{m.writes_stopped}; }},
    {"rounds_rocksdb_delayed_write_bytes_per_second", "gauge",
     "The rate that writes are slowed down to; 0 while they are not.",
     [](const DatabaseMetrics& m) { return m.delayed_write_bytes_per_second; }},
    {"rounds_rocksdb_live_data_bytes", "gauge", "Estimate of the data that is not overwritten.",
     [](const DatabaseMetrics& m) { return m.live_data_bytes; }},
    {"rounds_rocksdb_table_bytes", "gauge", "Size of all table files.",
     [](const DatabaseMetrics& m) { return m.table_bytes; }},
    {"rounds_rocksdb_wal_bytes", "gauge", "Size of all write-ahead logs.",
     [](const DatabaseMetrics& m) { return m.wal_bytes; }},
    {"rounds_rocksdb_background_errors", "gauge",
     "Flushes and compactions that failed since the store was opened.",
     [](const DatabaseMetrics& m) { return m.background_errors; }},
}};

}  // namespace

void add_store_stats(Exposition& exposition, const StoreStats& stats) {
  exposition.family("rounds_signatures", "gauge", "Signatures in the store, by status.");
  for (const Status status : all_statuses) {
    const auto found = stats.by_status.find(status);
    exposition.sample({{"status", to_string(status)}},
                      found == stats.by_status.end() ? std::uint64_t{0} : found->second);
  }
  exposition.gauge("rounds_occurrences", "Occurrences that the store has counted.",
                   stats.occurrence_count);
}

void add_store_metrics(Exposition& exposition, const StoreMetrics& metrics) {
  exposition.family("rounds_commit_duration_seconds", "histogram",
                    "Time for a commit group, from its beginning until its callers were told.");
  exposition.histogram({}, metrics.commit_durations_ns, nanoseconds_in_seconds);
  exposition.family("rounds_log_sync_duration_seconds", "histogram",
                    "Time for the disk to make the log's write-ahead log durable.");
  exposition.histogram({}, metrics.sync_durations_ns, nanoseconds_in_seconds);
  exposition.family("rounds_commit_group_occurrences", "histogram",
                    "Occurrences in a commit group; commands are none.");
  exposition.histogram({}, metrics.group_sizes, 1);
  exposition.counter("rounds_recorded_occurrences_total",
                     "Occurrences that were made durable, since the daemon started.",
                     metrics.recorded_occurrences);
  exposition.counter("rounds_appended_events_total",
                     "Events that were appended to the log; many occurrences can be one.",
                     metrics.appended_events);
  exposition.counter("rounds_overflowed_occurrences_total",
                     "Recorded occurrences of new failures over new-signatures-per-minute, which "
                     "count on the overflow signature of their service.",
                     metrics.overflowed_occurrences);
  exposition.counter("rounds_repetition_keys_forgotten_total",
                     "Keys of repetitions that were forgotten before the end of "
                     "dedup-window-seconds, because there were too many.",
                     metrics.keys_forgotten_early);
  exposition.gauge("rounds_queue_submissions", "Submissions that wait for the committer.",
                   metrics.queue.submissions);
  exposition.gauge("rounds_queue_occurrences",
                   "Occurrences that wait for the committer, without those that were folded.",
                   metrics.queue.occurrences);
  exposition.gauge("rounds_queue_bytes", "About the memory of what waits for the committer.",
                   metrics.queue.bytes);
  exposition.gauge("rounds_log_sequence", "Of the last event in the log.", metrics.log_sequence);
  exposition.gauge("rounds_projector_lag_events",
                   "Events that have not reached the projections' disk; queries see them.",
                   metrics.log_sequence - metrics.projected_sequence);
  exposition.gauge("rounds_projector_lag_seconds",
                   "Age of the first event that has not reached the projections' disk.",
                   metrics.projector_lag_seconds);
  exposition.gauge("rounds_projector_layer_fill_ratio",
                   "How full the layer in memory is: written from 1 on, no more writes at 3.",
                   metrics.layer_fill);
  for (const DatabaseNumber& number : database_numbers) {
    exposition.family(number.name, number.type, number.help);
    exposition.sample({{"database", "log"}}, number.read(metrics.log));
    exposition.sample({{"database", "projections"}}, number.read(metrics.projections));
  }
}

}  // namespace rounds::daemon
