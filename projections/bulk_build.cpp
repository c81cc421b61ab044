#include "projections/bulk_build.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "projections/delta_runs.hpp"
#include "projections/event_batches.hpp"
#include "projections/index_key.hpp"
#include "projections/projection_snapshot.hpp"
#include "projections/row_codec.hpp"
#include "projections/row_sorter.hpp"
#include "projections/signature_deltas.hpp"
#include "projections/stats_totals.hpp"

namespace rounds {
namespace {

// Rows between two looks at the stop token.
constexpr std::uint64_t rows_per_check = 4096;

std::unexpected<Error> stopped() {
  return fail(ErrorCode::unavailable, "the rebuild was asked to stop");
}

// The first part of the work counts as half of it: an event is done when its rows are written.
struct Steps {
  static constexpr double folding = 0.5;
  static constexpr double rows = 0.8;
};

class Builder {
 public:
  Builder(const EventLog& log, Sequence through, const RowSinks& sinks,
          const BulkBuildOptions& options)
      : log_(log),
        through_(through),
        sinks_(sinks),
        options_(options),
        runs_(options.files, options.directory, log.id()),
        by_status_(options.files, options.directory, "by_status", options.max_index_bytes),
        by_service_(options.files, options.directory, "by_service", options.max_index_bytes),
        by_tag_(options.files, options.directory, "by_tag", options.max_index_bytes),
        fingerprints_(options.files, options.directory, "fingerprints", options.max_index_bytes) {}

  Result<void> run() {
    if (options_.resume) {
      if (auto loaded = runs_.load(through_); !loaded) return loaded;
    }
    if (auto folded = fold_all(); !folded) return folded;
    auto written = both([this] { return write_states(); }, [this] { return write_history(); });
    if (!written) {
      // Folding need not be done again.
      if (options_.stop.stop_requested() && deltas_) {
        if (auto put = runs_.add(*deltas_, through_); !put) return put;
      }
      return written;
    }
    deltas_.reset();
    tell(Steps::rows);
    auto sorted = both(
        [this]() -> Result<void> {
          auto services = sort(by_service_, Projection::by_service);
          return services ? sort(by_tag_, Projection::by_tag) : services;
        },
        [this]() -> Result<void> {
          if (auto status = sort(by_status_, Projection::by_status); !status) return status;
          auto fingerprints = sort(fingerprints_, Projection::fingerprints);
          return fingerprints ? write_totals() : fingerprints;
        });
    if (sorted) tell(1);
    return sorted;
  }

 private:
  // Runs two steps at once, the first on this thread, which is the one that tells of progress.
  template <typename First, typename Second>
  Result<void> both(const First& first, const Second& second) {
    Result<void> of_second;
    {
      const std::jthread thread([&] {
        of_second = second();
        if (!of_second) given_up_ = true;
      });
      if (auto of_first = first(); !of_first) {
        given_up_ = true;
        return of_first;
      }
    }
    return of_second;
  }

  [[nodiscard]] bool is_wanted(Projection projection) const {
    return sinks_[static_cast<std::size_t>(projection)] != nullptr;
  }
  [[nodiscard]] RowSink& sink(Projection projection) const {
    return *sinks_[static_cast<std::size_t>(projection)];
  }

  void tell(double part) const {
    if (!options_.progress) return;
    options_.progress(static_cast<std::uint64_t>(part * static_cast<double>(through_)), through_);
  }

  // Whether to go on after `rows` rows.
  [[nodiscard]] bool may_go_on(std::uint64_t rows) const {
    return rows % rows_per_check != 0 || (!options_.stop.stop_requested() && !given_up_);
  }

  void begin_stretch(Sequence first) {
    deltas_ = std::make_unique<SignatureDeltas>(
        first, std::min<std::size_t>(options_.max_events, through_ + 1 - first));
  }

  Result<void> put_aside(Sequence through) {
    deltas_->sort();
    return runs_.add(*deltas_, through);
  }

  Result<void> fold_all() {
    Sequence done = runs_.through();
    begin_stretch(done + 1);
    while (true) {
      if (auto folded = fold(done); !folded) return folded;
      const Sequence end = options_.extend ? options_.extend(through_) : through_;
      if (end == through_) break;
      through_ = end;
    }
    if (runs_.empty()) {
      deltas_->sort();
      return {};
    }
    if (deltas_->event_count() > 0) {
      if (auto put = put_aside(through_); !put) return put;
    }
    deltas_.reset();
    return {};
  }

  // Folds the events behind `done` up to through_.
  Result<void> fold(Sequence& done) {
    EventBatches batches(log_, done + 1, through_);
    while (true) {
      const auto batch = batches.next();
      if (!batch) return std::unexpected(batch.error());
      if (*batch == nullptr) break;
      for (const EventBatch::Entry& entry : (*batch)->entries) {
        if (deltas_->event_count() == options_.max_events) {
          if (auto put = put_aside(done); !put) return put;
          begin_stretch(done + 1);
        }
        if (options_.only && entry.event.signature_id != *options_.only) {
          deltas_->skip();
        } else {
          auto folded = deltas_->fold(entry.event, (*batch)->bytes_of(entry));
          if (!folded) return folded;
        }
        ++done;
      }
      tell(Steps::folding * static_cast<double>(done) / static_cast<double>(through_));
      const bool stop = options_.stop.stop_requested();
      if (stop || deltas_->memory_bytes() >= options_.max_delta_bytes) {
        if (auto put = put_aside(done); !put) return put;
        if (stop) return stopped();
        begin_stretch(done + 1);
      }
    }
    return {};
  }

  [[nodiscard]] Result<std::unique_ptr<DeltaSource>> deltas() const {
    if (deltas_) return make_source(*deltas_);
    return runs_.read();
  }

  // The rows of the signatures, and the keys of the indexes, unsorted.
  Result<void> write_states() {
    const auto source = deltas();
    if (!source) return std::unexpected(source.error());
    std::optional<Signature> state;
    std::uint64_t events = 0;
    while (true) {
      const auto delta = (*source)->next();
      if (!delta) return std::unexpected(delta.error());
      if (state && (*delta == nullptr || (*delta)->id != state->id)) {
        if (auto written = write_state(*state); !written) return written;
        state.reset();
        if (!may_go_on(totals_.signature_count)) return stopped();
        if (totals_.signature_count % rows_per_check == 0) {
          const double part = static_cast<double>(events) / static_cast<double>(through_);
          tell(Steps::folding + (Steps::rows - Steps::folding) * part);
        }
      }
      if (*delta == nullptr) break;
      if (auto evolved = evolve(state, **delta); !evolved) return evolved;
      events += (*delta)->sequences.size();
    }
    return is_wanted(Projection::signatures) ? sink(Projection::signatures).finish()
                                             : Result<void>{};
  }

  Result<void> write_state(const Signature& state) {
    totals_.apply(std::nullopt, state);
    const IndexPosition position = IndexPosition::of(state);
    if (is_wanted(Projection::signatures)) {
      auto added = sink(Projection::signatures).add(id_key(state.id), encoder_.encode(state));
      if (!added) return added;
    }
    if (is_wanted(Projection::fingerprints)) {
      auto added = fingerprints_.add(state.identity->fingerprint, id_key(state.id));
      if (!added) return added;
      for (const std::string& alias : aliases_of(state)) {
        if (added = fingerprints_.add(alias, id_key(state.id)); !added) return added;
      }
    }
    if (is_wanted(Projection::by_status)) {
      if (auto added = by_status_.add(encode_by_status_key(position), ""); !added) return added;
    }
    if (is_wanted(Projection::by_service)) {
      for (const Facet facet : facets_of(*state.identity)) {
        if (facet == facet_of_all) continue;
        if (auto added = add_facet(by_service_, facet, position); !added) return added;
      }
    }
    if (!is_wanted(Projection::by_tag)) return {};
    for (const Facet facet : tag_facets_of(state.tags)) {
      if (auto added = add_facet(by_tag_, facet, position); !added) return added;
    }
    return {};
  }

  static Result<void> add_facet(RowSorter& index, Facet facet, const IndexPosition& position) {
    return index.add(encode_by_facet_key({facet, position}), "");
  }

  Result<void> write_history() {
    if (!is_wanted(Projection::history)) return {};
    const auto source = deltas();
    if (!source) return std::unexpected(source.error());
    SignatureId id;
    Version next = 1;  // of the events behind the chunk
    std::vector<Sequence> chunk;
    std::uint64_t rows = 0;
    const auto write_chunk = [&]() -> Result<void> {
      if (chunk.empty()) return {};
      auto added = sink(Projection::history)
                       .add(history_key(id, next - chunk.size()), encode_history_chunk(chunk));
      chunk.clear();
      return added;
    };
    while (true) {
      const auto delta = (*source)->next();
      if (!delta) return std::unexpected(delta.error());
      if (*delta == nullptr || (*delta)->id != id) {
        if (auto written = write_chunk(); !written) return written;
        next = 1;
        if (!may_go_on(++rows)) return stopped();
      }
      if (*delta == nullptr) break;
      id = (*delta)->id;
      for (const std::uint32_t sequence : (*delta)->sequences) {
        chunk.push_back((*delta)->base + sequence);
        ++next;
        if (chunk.size() < max_history_chunk) continue;
        if (auto written = write_chunk(); !written) return written;
      }
    }
    return sink(Projection::history).finish();
  }

  Result<void> sort(RowSorter& sorter, Projection projection) {
    if (!is_wanted(projection)) return {};
    if (!may_go_on(0)) return stopped();
    return sorter.finish(sink(projection));
  }

  Result<void> write_totals() {
    if (!is_wanted(Projection::stats)) return {};
    RowSink& rows = sink(Projection::stats);
    static_assert(service_key_prefix < totals_key, "the rows of the services come first");
    for (const auto& [service, count] : totals_.by_service) {
      auto added = rows.add(std::string(service_key_prefix).append(service),
                            encode_service_stats_row(count));
      if (!added) return added;
    }
    // As the live projections: no row until there is a signature.
    if (totals_.signature_count > 0) {
      if (auto added = rows.add(totals_key, encode_stats_row(totals_)); !added) return added;
    }
    return rows.finish();
  }

  const EventLog& log_;
  Sequence through_;
  const RowSinks& sinks_;
  const BulkBuildOptions& options_;
  DeltaRuns runs_;
  std::unique_ptr<SignatureDeltas> deltas_;  // of the stretch behind the runs, or of the whole log
  RowEncoder encoder_;
  StatsTotals totals_;
  RowSorter by_status_;
  RowSorter by_service_;
  RowSorter by_tag_;
  RowSorter fingerprints_;
  std::atomic<bool> given_up_ = false;  // one of two steps failed
};

}  // namespace

Result<void> build_rows(const EventLog& log, Sequence through, const RowSinks& sinks,
                        const BulkBuildOptions& options) {
  return Builder(log, through, sinks, options).run();
}

}  // namespace rounds
