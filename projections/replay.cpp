#include "projections/replay.hpp"

#include <utility>

#include <fmt/format.h>

#include "projections/change_set.hpp"

namespace rounds {
namespace {

// Events folded before they are applied to the layer: shares the cost of loading hot signatures.
constexpr std::size_t events_per_group = 4096;

Result<void> fold_unless_seen(ChangeSet& changes, const Event& event) {
  const auto present = changes.find(event.signature_id);
  if (!present) return std::unexpected(present.error());
  // A crash came after this row's batch and before the checkpoint.
  if (*present != nullptr && (*present)->last_sequence >= event.sequence) return {};
  return changes.fold(event);
}

}  // namespace

Result<OpenProjections> catch_up(const EventLog& log, ProjectionDatabase& database,
                                 const FamilySet& families, Sequence checkpoint,
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
      std::make_unique<LiveProjections>(std::move(disk), *totals, checkpoint),
      std::make_unique<ProjectionWriter>(database, families, *totals)};
  ChangeSet changes(*projections.live);
  LogReader reader = log.read(checkpoint + 1);
  Sequence done = checkpoint;
  while (done < last) {
    const auto event = reader.next();
    if (!event) return std::unexpected(event.error());
    if (auto folded = fold_unless_seen(changes, **event); !folded) {
      return std::unexpected(folded.error());
    }
    ++done;
    if (done != last && (done - checkpoint) % events_per_group != 0) continue;
    projections.live->apply(changes.take(), done);
    if (projections.live->is_flush_due()) {
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
