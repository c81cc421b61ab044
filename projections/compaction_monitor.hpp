// Lets the projector wait until compactions have caught up.
//
// RocksDB slows writes down when compactions fall behind, but not the ingestion of files: without a
// limit of our own, files would pile up and each read would have to look into all of them. Any
// thread; RocksDB's background threads notify.
#pragma once

#include <condition_variable>
#include <mutex>

#include <rocksdb/db.h>
#include <rocksdb/listener.h>

namespace rounds {

class CompactionMonitor final : public rocksdb::EventListener {
 public:
  // Returns when `family` has few files that wait for compaction, or when background work has
  // failed, for then the next write says why.
  void wait_for_room(rocksdb::DB& database, rocksdb::ColumnFamilyHandle* family);

  void OnCompactionCompleted(rocksdb::DB* database, const rocksdb::CompactionJobInfo& job) override;
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool failed_ = false;  // guarded by mutex_
};

}  // namespace rounds
