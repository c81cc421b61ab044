// Measures how long the disk takes to make writes to a write-ahead log durable.
//
// A listener of RocksDB; internal to eventlog/. RocksDB calls it on the thread that syncs.
#pragma once

#include <memory>
#include <utility>

#include <rocksdb/listener.h>

#include "core/histogram.hpp"

namespace rounds {

class SyncTimer final : public rocksdb::EventListener {
 public:
  // Observes nanoseconds; never null.
  explicit SyncTimer(std::shared_ptr<Histogram> durations) : durations_(std::move(durations)) {}

  // Without this RocksDB tells nothing. It then takes the time of each operation on a file.
  bool ShouldBeNotifiedOnFileIO() override { return true; }

  void OnFileSyncFinish(const rocksdb::FileOperationInfo& info) override {
    if (info.path.ends_with(".log")) {
      durations_->observe(static_cast<std::uint64_t>(info.duration.count()));
    }
  }

 private:
  std::shared_ptr<Histogram> durations_;
};

}  // namespace rounds
