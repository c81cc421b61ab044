#include "projections/replay.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "projections/change_set.hpp"

namespace rounds {
namespace {

// Events folded before they are applied to the layer: shares the cost of loading hot signatures.
constexpr std::size_t events_per_group = 4096;

// No layer is written as files for now: a torture test saw an assertion of RocksDB 7.8.3 fail in a
// database that had ingested some (docs/decisions/0008), and a process that ends is no store.
constexpr std::size_t smallest_layer_for_files = std::numeric_limits<std::size_t>::max();

// Folds the next events of the log, and empties `events`.
Result<void> fold(ChangeSet& changes, std::vector<Event>& events) {
  std::vector<SignatureId> ids;
  ids.reserve(events.size());
  for (const Event& event : events) ids.push_back(event.signature_id);
  std::ranges::sort(ids);
  const auto repeated = std::ranges::unique(ids);
  ids.erase(repeated.begin(), repeated.end());
  if (auto loaded = changes.load(ids); !loaded) return loaded;
  for (const Event& event : events) {
    const auto found = changes.find(event.signature_id);
    if (!found) return std::unexpected(found.error());
    const ChangeSet::Slot slot = *found ? **found : changes.create(event.signature_id);
    const Signature* present = changes.state(slot);
    if (present != nullptr && present->last_sequence >= event.sequence) {
      return fail(ErrorCode::corruption,
                  fmt::format("the row of signature {} has seen event {}, which the checkpoint of "
                              "the projections has not; rebuild them with rounds-replay",
                              present->id.to_string(), event.sequence));
    }
    if (auto folded = changes.fold(slot, event); !folded) return folded;
  }
  events.clear();
  return {};
}

}  // namespace

Result<OpenProjections> catch_up(const EventLog& log, ProjectionDatabase& database,
                                 const FamilySet& families, Sequence checkpoint, LayerLimits limits,
                                 const ReplayProgress& progress) {
  const Sequence last = log.last_sequence();
  if (checkpoint > last) {
    return fail(
        ErrorCode::corruption,
        fmt::format("the projections have seen event {}, but the log ends at event {}: it has "
                    "lost acknowledged events; restore a backup of it",
                    checkpoint, last));
  }
  auto disk = std::make_shared<const ProjectionSnapshot>(database, families);
  const auto totals = disk->get_totals();
  if (!totals) return std::unexpected(totals.error());
  OpenProjections projections{
      std::make_unique<LiveProjections>(std::move(disk), *totals, checkpoint, limits),
      std::make_unique<ProjectionWriter>(database, families, *totals, smallest_layer_for_files)};
  ChangeSet changes(*projections.live);
  LogReader reader = log.read(checkpoint + 1);
  std::vector<Event> events;
  Sequence done = checkpoint;
  while (done < last) {
    auto event = reader.next();
    if (!event) return std::unexpected(event.error());
    events.push_back(**std::move(event));
    ++done;
    if (done != last && events.size() < events_per_group) continue;
    if (auto folded = fold(changes, events); !folded) return std::unexpected(folded.error());
    projections.live->apply(changes.take(), done);
    if (projections.live->fill_level() >= 1) {
      if (auto flushed = flush(projections, database, families); !flushed) {
        return std::unexpected(flushed.error());
      }
    }
    if (progress) progress(done - checkpoint, last - checkpoint);
  }
  if (auto flushed = flush(projections, database, families); !flushed) {
    return std::unexpected(flushed.error());
  }
  if (auto written = projections.writer->write_checkpoint(last); !written) {
    return std::unexpected(written.error());
  }
  return projections;
}

Result<void> flush(OpenProjections& projections, const ProjectionDatabase& database,
                   const FamilySet& families) {
  const auto layer = projections.live->freeze();
  if (!layer) return {};
  if (auto written = projections.writer->write(*layer); !written) return written;
  projections.live->flushed(std::make_shared<const ProjectionSnapshot>(database, families));
  return {};
}

}  // namespace rounds
