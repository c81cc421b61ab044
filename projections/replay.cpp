#include "projections/replay.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/check.hpp"
#include "projections/event_batches.hpp"
#include "projections/signature_deltas.hpp"

namespace rounds {
namespace {

// The states that the deltas go on from, in their order; none for signatures that are new.
Result<std::vector<std::optional<Signature>>> load_states(LiveProjections& live,
                                                          const SignatureDeltas& deltas,
                                                          Sequence checkpoint) {
  std::vector<SignatureId> ids;
  ids.reserve(deltas.size());
  for (std::size_t i = 0; i < deltas.size(); ++i) ids.push_back(deltas.id_at(i));
  std::vector<std::optional<Signature>> states(ids.size());
  auto read = live.find_each(ids, [&](std::size_t place, const LiveProjections::Found& found) {
    ROUNDS_CHECK(found.entry == nullptr, "a layer takes the deltas of one stretch");
    states[place] = *found.signature;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  for (const std::optional<Signature>& state : states) {
    if (!state || state->last_sequence <= checkpoint) continue;
    return fail(ErrorCode::corruption,
                fmt::format("the row of signature {} has seen event {}, which the checkpoint of "
                            "the projections has not; rebuild them with rounds-replay",
                            state->id.to_string(), state->last_sequence));
  }
  return states;
}

// Puts what happened behind `checkpoint` into the active layer, which is empty.
Result<void> apply(LiveProjections& live, SignatureDeltas& deltas, Sequence checkpoint) {
  deltas.sort();
  auto states = load_states(live, deltas, checkpoint);
  if (!states) return std::unexpected(std::move(states.error()));
  std::vector<SignatureUpdate> updates;
  updates.reserve(deltas.size());
  std::vector<SignatureChange> changes;
  for (std::size_t i = 0; i < deltas.size(); ++i) {
    const SignatureDelta delta = deltas.at(i, changes);
    std::optional<Signature>& state = (*states)[i];
    const auto before = state ? std::optional(IndexPosition::of(*state)) : std::nullopt;
    TagFacets tags_before = state ? tag_facets_of(state->tags) : TagFacets{};
    const auto aliases_before =
        static_cast<std::uint32_t>(state ? aliases_of(*state).size() : std::size_t{0});
    if (auto evolved = evolve(state, delta); !evolved) return evolved;
    SignatureUpdate& update = updates.emplace_back();
    update.evolved = std::make_unique<SignatureUpdate::Evolved>(before, std::move(tags_before),
                                                                *std::move(state), aliases_before);
    for (const std::uint32_t sequence : delta.sequences) {
      update.sequences.push_back(delta.base + sequence);
    }
  }
  live.apply(std::move(updates), checkpoint + deltas.event_count());
  return {};
}

}  // namespace

Result<OpenProjections> catch_up(const EventLog& log, ProjectionDatabase& database,
                                 const FamilySet& families, Sequence checkpoint, Sequence through,
                                 LayerLimits limits, const ReplayProgress& progress) {
  auto disk = std::make_shared<const ProjectionSnapshot>(database, families);
  const auto totals = disk->get_totals();
  if (!totals) return std::unexpected(totals.error());
  OpenProjections projections{
      std::make_unique<LiveProjections>(std::move(disk), *totals, checkpoint, limits),
      std::make_unique<ProjectionWriter>(database, families, *totals)};
  // As many signatures as writers may put into a layer: writing one takes longer than filling it.
  const auto most_signatures = static_cast<std::size_t>(LiveProjections::overfull_level *
                                                        static_cast<double>(limits.signatures));
  EventBatches batches(log, checkpoint + 1, through);
  Sequence done = checkpoint;  // is in the layers
  SignatureDeltas deltas(done + 1, std::min<std::size_t>(limits.events, through - done));
  while (true) {
    const auto batch = batches.next();
    if (!batch) return std::unexpected(batch.error());
    if (*batch == nullptr) break;
    for (const EventBatch::Entry& entry : (*batch)->entries) {
      const bool is_full =
          deltas.size() >= most_signatures || deltas.event_count() >= limits.events;
      if (is_full) {
        if (auto applied = apply(*projections.live, deltas, done); !applied) {
          return std::unexpected(applied.error());
        }
        done += deltas.event_count();
        if (auto flushed = flush(projections, database, families); !flushed) {
          return std::unexpected(flushed.error());
        }
        deltas = SignatureDeltas(done + 1, std::min<std::size_t>(limits.events, through - done));
      }
      auto folded = deltas.fold(entry.event, (*batch)->bytes_of(entry));
      if (!folded) return std::unexpected(std::move(folded.error()));
    }
    if (progress) progress(done + deltas.event_count() - checkpoint, through - checkpoint);
  }
  if (auto applied = apply(*projections.live, deltas, done); !applied) {
    return std::unexpected(applied.error());
  }
  return projections;
}

Result<void> flush(OpenProjections& projections, const ProjectionDatabase& database,
                   const FamilySet& families) {
  const auto layer = projections.live->freeze();
  if (!layer) return {};
  projections.live->release_clean();
  if (auto written = projections.writer->write(*layer); !written) return written;
  projections.live->flushed(std::make_shared<const ProjectionSnapshot>(database, families));
  return {};
}

}  // namespace rounds
