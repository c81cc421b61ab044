// A commit group on its way into the log: events are laid out as frames one by one, as they become
// known, so that nobody has to hold them all.
//
// Made by EventLog::begin_group() and handed back to EventLog::append(); until then nothing of it
// is on the disk, and dropping it has no effect. One thread, the committer; must not outlive the
// log.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "core/event.hpp"
#include "core/ids.hpp"
#include "eventlog/event_codec.hpp"
#include "eventlog/frame.hpp"
#include "eventlog/side_records.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class WriteBatch;
}  // namespace rocksdb

namespace rounds {

class EventGroup {
 public:
  EventGroup(EventGroup&&) noexcept;
  EventGroup& operator=(EventGroup&&) noexcept;
  ~EventGroup();

  // Its sequence must be last_sequence() + 1.
  void add(const Event& event);

  // Whether it has no events; it may have side records.
  [[nodiscard]] bool is_empty() const { return last_ == first_ - 1; }

  // Writes a side record with the events of the group, atomically: what must be remembered exactly
  // as long as they are, but is no event (eventlog/side_records.hpp). `number` must be higher than
  // that of all records of the stream and owner.
  void put_side_record(SideStream stream, std::uint64_t number, std::string_view content,
                       std::string_view owner = {});

  // Deletes the records of the stream with numbers from `first` on and below `end`, with the group.
  void delete_side_records(SideStream stream, std::uint64_t first, std::uint64_t end);

  // Ends the last frame and returns the chain hash of the log with the group, which vouches for all
  // of it. No event may be added after that.
  ChainHash finish_events();

  // Of the last event added, or of the log before the group.
  [[nodiscard]] Sequence last_sequence() const { return last_; }

 private:
  friend class EventLog;
  struct Families {
    rocksdb::ColumnFamilyHandle* frames;
    rocksdb::ColumnFamilyHandle* side_records;
  };
  EventGroup(std::unique_ptr<rocksdb::WriteBatch> batch, Families families, Sequence first,
             ChainHash chain);
  void put_frame();

  std::unique_ptr<rocksdb::WriteBatch> batch_;  // never null, unless moved from
  Families families_;
  bool has_side_records_ = false;
  Sequence first_;
  Sequence last_;
  Timestamp last_time_ = min_timestamp;
  ChainHash chain_;  // of the frames in batch_
  EventEncoder encoder_;
  FrameWriter frame_writer_;
};

}  // namespace rounds
