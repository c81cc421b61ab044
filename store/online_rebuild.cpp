#include "store/online_rebuild.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include <rocksdb/rate_limiter.h>

#include "projections/open_projections.hpp"

namespace rounds {
namespace {

// Whether somebody who follows comes closer.
class Gain {
 public:
  // Notes how far away he is now; false if that is hardly less than the last time.
  [[nodiscard]] bool note(Sequence lag) {
    const Sequence before = std::exchange(lag_, lag);
    return lag <= before - before / 4;
  }

 private:
  Sequence lag_ = std::numeric_limits<Sequence>::max();
};

class OnlineRebuild {
 public:
  OnlineRebuild(const EventLog& log, ProjectionDatabase& database, OpenProjections& projections,
                LayerLimits limits, const std::vector<Projection>& chosen)
      : log_(log),
        database_(database),
        projections_(projections),
        limits_(limits),
        chosen_(chosen) {}

  Result<Sequence> run(Projector& projector, const ReplayProgress& progress,
                       const std::stop_token& stop) {
    const auto generation = database_.create_generation();
    if (!generation) return std::unexpected(generation.error());
    generation_ = *generation;
    auto built = build(progress, stop);
    if (built) built = follow(projector, stop);
    if (built) built = projector.at_seam([this] { return flip(); });
    if (built) return reached_;
    if (!flipped_) {  // if not here, the next opening drops it
      static_cast<void>(projector.at_seam([this] { return database_.drop(generation_); }));
    }
    return std::unexpected(std::move(built.error()));
  }

 private:
  // All of them, since what is brought up to date needs the states.
  Result<void> build(const ReplayProgress& progress, const std::stop_token& stop) {
    BulkBuildOptions options;
    options.progress = progress;
    options.stop = stop;
    options.max_delta_bytes = online_delta_bytes;
    options.max_index_bytes = online_index_bytes;
    options.files.rate_limiter.reset(rocksdb::NewGenericRateLimiter(rebuild_bytes_per_second));
    reached_ = database_.checkpoint();
    Gain gain;
    options.extend = [&](Sequence through) {
      if (lag() > limits_.events && gain.note(lag())) reached_ = database_.checkpoint();
      return std::max(through, reached_);
    };
    return build_families(log_, database_, generation_,
                          {all_projections.begin(), all_projections.end()}, reached_, options);
  }

  // Comes close to the live projections, so that little is left for the flip. Whoever writes may be
  // faster than this thread, which then would follow for ever: once it no longer gains on them, the
  // projector does the rest, a part between two layers. Writers wait for it as they do whenever it
  // is behind, a little at each group, and no part is longer than they can afford.
  Result<void> follow(Projector& projector, const std::stop_token& stop) {
    Gain gain;
    bool gains = true;
    while (lag() > limits_.events) {
      if (stop.stop_requested()) return fail(ErrorCode::unavailable, "the rebuild was given up");
      gains = gains && gain.note(lag());
      auto caught_up =
          gains ? catch_up_in_part() : projector.at_seam([this] { return catch_up_in_part(); });
      if (!caught_up) return caught_up;
    }
    return {};
  }

  [[nodiscard]] Sequence lag() const { return database_.checkpoint() - reached_; }

  // More than what writers add meanwhile if they wait, which is about a layer.
  Result<void> catch_up_in_part() {
    constexpr Sequence layers_in_part = 3;
    return catch_up_to(
        std::min(database_.checkpoint(), reached_ + layers_in_part * limits_.events));
  }

  Result<void> catch_up_to(Sequence checkpoint) {
    auto open = catch_up(log_, database_, generation_, reached_, checkpoint, limits_, nullptr);
    if (!open) return std::unexpected(std::move(open.error()));
    reached_ = checkpoint;
    return flush(*open, database_, generation_);
  }

  // On the projector's thread.
  Result<void> flip() {
    if (auto caught_up = catch_up_to(database_.checkpoint()); !caught_up) return caught_up;
    flipped_ = true;  // from here on nobody knows which ones the disk names
    if (auto active = database_.activate(generation_, chosen_, reached_); !active) return active;
    auto disk = std::make_shared<const ProjectionSnapshot>(database_, database_.active());
    const auto totals = disk->get_totals();
    if (!totals) return std::unexpected(totals.error());
    projections_.writer =
        std::make_unique<ProjectionWriter>(database_, database_.active(), *totals);
    projections_.live->replace_disk(std::move(disk), *totals);
    return {};
  }

  const EventLog& log_;
  ProjectionDatabase& database_;
  OpenProjections& projections_;
  LayerLimits limits_;
  const std::vector<Projection>& chosen_;
  FamilySet generation_{};
  Sequence reached_ = 0;  // of the generation
  bool flipped_ = false;
};

}  // namespace

Result<Sequence> rebuild_online(const EventLog& log, ProjectionDatabase& database,
                                OpenProjections& projections, Projector& projector,
                                LayerLimits limits, const std::vector<Projection>& chosen,
                                const ReplayProgress& progress, const std::stop_token& stop) {
  return OnlineRebuild(log, database, projections, limits, chosen).run(projector, progress, stop);
}

}  // namespace rounds
