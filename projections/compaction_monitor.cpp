#include "projections/compaction_monitor.hpp"

#include <cstdint>

namespace rounds {
namespace {

// Each read of an absent key asks the filters of so many files, and each scan merges them.
constexpr std::uint64_t most_waiting_files = 16;

}  // namespace

void CompactionMonitor::wait_for_room(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* family) {
  const auto has_room = [&] {
    std::uint64_t files = 0;
    const std::string property = rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0";
    std::string value;
    if (!database.GetProperty(family, property, &value)) return true;
    for (const char digit : value) files = files * 10 + static_cast<std::uint64_t>(digit - '0');
    return files < most_waiting_files;
  };
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failed_ || has_room(); });
}

void CompactionMonitor::OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) {
  {
    const std::lock_guard lock(mutex_);
  }
  changed_.notify_all();
}

void CompactionMonitor::OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status*) {
  {
    const std::lock_guard lock(mutex_);
    failed_ = true;
  }
  changed_.notify_all();
}

}  // namespace rounds
