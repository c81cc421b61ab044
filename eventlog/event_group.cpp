#include "eventlog/event_group.hpp"

#include <utility>

#include <rocksdb/write_batch.h>

#include "core/check.hpp"

namespace rounds {

EventGroup::EventGroup(std::unique_ptr<rocksdb::WriteBatch> batch, Families families,
                       Sequence first, ChainHash chain)
    : batch_(std::move(batch)),
      families_(families),
      first_(first),
      last_(first - 1),
      chain_(chain) {
  frame_writer_.begin(first, chain);
}

EventGroup::EventGroup(EventGroup&&) noexcept = default;
EventGroup& EventGroup::operator=(EventGroup&&) noexcept = default;
EventGroup::~EventGroup() = default;

void EventGroup::add(const Event& event) {
  ROUNDS_CHECK(event.sequence == last_ + 1, "events are appended without a gap");
  if (frame_writer_.is_full()) put_frame();
  frame_writer_.add(encoder_.encode(event));
  last_ = event.sequence;
  last_time_ = event.time;
}

void EventGroup::put_side_record(SideStream stream, std::uint64_t number, std::string_view content,
                                 std::string_view owner) {
  batch_->Put(families_.side_records, side_record_key(stream, number, owner),
              seal_side_record(content));
  has_side_records_ = true;
}

void EventGroup::delete_side_records(SideStream stream, std::uint64_t first, std::uint64_t end) {
  batch_->DeleteRange(families_.side_records, side_record_key(stream, first),
                      side_record_key(stream, end));
  has_side_records_ = true;
}

ChainHash EventGroup::finish_events() {
  if (!frame_writer_.is_empty()) put_frame();
  return chain_;
}

void EventGroup::put_frame() {
  const Sequence first = frame_writer_.first_sequence();
  const FrameWriter::Finished frame = frame_writer_.finish();
  batch_->Put(families_.frames, frame_key(first), rocksdb::Slice(frame.bytes));
  chain_ = frame.chain;
  frame_writer_.begin(last_ + 1, chain_);
}

}  // namespace rounds
