#include "store/signature_snapshots.hpp"

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

#include "core/lifecycle.hpp"
#include "projections/projection.hpp"

namespace rounds {
namespace {

static_assert(std::endian::native == std::endian::little, "snapshots are little-endian");

// What stands before the row (docs/format.md).
struct Header {
  // Of the projection `signatures`, which is raised when rows, or what makes them, change: what an
  // earlier release found is not taken for today's.
  std::uint64_t version = version_of(Projection::signatures);
  Sequence log_end = 0;  // of the group that it was written with
  ChainHash chain = 0;   // of the log up to there
};
static_assert(sizeof(Header) == 24);

// Each costs a point read or two. One that cannot be trusted is the rare end of an accident.
constexpr int most_snapshots_tried = 8;

std::string_view owner_of(const SignatureId& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

bool is_due(const SignatureUpdate& update) {
  const Version after = update.evolved ? update.evolved->after.version : update.run.version;
  const Version before = after - update.sequences.size();
  return before / events_per_snapshot != after / events_per_snapshot;
}

Signature state_after(const SignatureUpdate& update) {
  if (update.evolved) return update.evolved->after;
  Signature state = update.entry->signature;
  evolve(state, update.run);
  return state;
}

std::optional<Signature> read_snapshot(const EventLog& log, const SignatureId& id,
                                       const EventLog::SideRecord& record) {
  Header header;
  const std::string_view content = record.content;
  if (content.size() < sizeof(header)) return std::nullopt;
  std::memcpy(&header, content.data(), sizeof(header));
  if (header.version != version_of(Projection::signatures)) return std::nullopt;
  if (!log.has_chain(header.log_end, header.chain)) return std::nullopt;
  auto signature = decode_signature_row(id, content.substr(sizeof(header)));
  if (!signature || signature->last_sequence != record.number) return std::nullopt;
  return *std::move(signature);
}

}  // namespace

void SnapshotWriter::add_to(EventGroup& group, std::span<const SignatureUpdate> updates) {
  for (const SignatureUpdate& update : updates) {
    if (!is_due(update)) continue;
    const Signature state = state_after(update);
    Header header;
    header.log_end = group.last_sequence();
    header.chain = group.finish_events();
    std::string content(reinterpret_cast<const char*>(&header), sizeof(header));
    content.append(encoder_.encode(state));
    group.put_side_record(SideStream::snapshots, state.last_sequence, content, owner_of(state.id));
  }
}

std::optional<Signature> find_snapshot(const EventLog& log, const SignatureId& id,
                                       Sequence through) {
  for (int tried = 0; tried < most_snapshots_tried; ++tried) {
    const auto record = log.find_side_record(SideStream::snapshots, owner_of(id), through);
    if (!record) return std::nullopt;
    if (auto signature = read_snapshot(log, id, *record)) return signature;
    through = record->number - 1;
  }
  return std::nullopt;
}

}  // namespace rounds
