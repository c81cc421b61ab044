// LiveProjections::list: merges the active layer, the frozen layer and the disk into one ordered
// page.

#include <algorithm>
#include <mutex>
#include <utility>

#include "projections/live_projections.hpp"

namespace rounds {

struct LiveProjections::Listing {
  const LiveProjections& live;
  const SignatureQuery& query;
  View view;
  Facet facet = facet_of_all;
  std::size_t needed = 0;  // positions to look at: no source has to give more

  // Where a position was found, and with that where its signature is.
  enum class Source : std::uint8_t { active, frozen, disk };
  struct Candidate {
    IndexPosition position;
    Source source;
  };
  std::vector<Candidate> candidates;
  // Copies of the active layer's signatures, made under the lock, by the order of `candidates`.
  std::vector<Signature> active_signatures;

  // Call under the lock: the active layer changes otherwise.
  void collect_active(Status status) {
    for (const Signature* signature : view.active->first(facet, status, query.after, needed)) {
      candidates.push_back({IndexPosition::of(*signature), Source::active});
      active_signatures.push_back(*signature);
    }
  }

  // Removes what changed in the active layer up to this view: its position there is the right one.
  void remove_changed(std::vector<IndexPosition>& positions) const {
    const std::shared_lock lock(live.mutex_);
    std::erase_if(positions, [&](const IndexPosition& position) {
      return view.active->changed_by(position.id, view.sequence);
    });
  }

  void collect_frozen(Status status) {
    if (!view.frozen) return;
    std::optional<PageCursor> after = query.after;
    std::size_t found = 0;
    for (bool more = true; more && found < needed;) {
      std::vector<IndexPosition> positions;
      for (const Signature* signature : view.frozen->first(facet, status, after, needed)) {
        positions.push_back(IndexPosition::of(*signature));
      }
      more = positions.size() == needed;
      if (!positions.empty()) after = positions.back().cursor();
      remove_changed(positions);
      found += positions.size();
      for (const IndexPosition& position : positions) {
        candidates.push_back({position, Source::frozen});
      }
    }
  }

  Result<void> collect_disk(Status status) {
    IndexScan scan = view.disk->scan(facet, status, query.after);
    std::size_t found = 0;
    for (bool more = true; more && found < needed;) {
      std::vector<IndexPosition> positions;
      while (positions.size() < needed) {
        const auto position = scan.next();
        if (!position) return std::unexpected(position.error());
        if (!*position) {
          more = false;
          break;
        }
        const bool changed = view.frozen && view.frozen->find((*position)->id) != nullptr;
        if (!changed) positions.push_back(**position);
      }
      remove_changed(positions);
      found += positions.size();
      for (const IndexPosition& position : positions) {
        candidates.push_back({position, Source::disk});
      }
    }
    return {};
  }

  // Brings the candidates into the order of listings and keeps those that this page looks at.
  // Returns whether there are more behind them.
  bool merge() {
    std::vector<std::size_t> order(candidates.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::size_t left, std::size_t right) {
      return candidates[left].position.precedes(candidates[right].position);
    });
    const bool more = order.size() > needed;
    if (more) order.resize(needed);
    std::vector<Candidate> kept;
    std::vector<Signature> kept_signatures;
    for (const std::size_t index : order) {
      kept.push_back(candidates[index]);
      // Candidates of the active layer were collected first, so they share their index.
      if (candidates[index].source == Source::active) {
        kept_signatures.push_back(std::move(active_signatures[index]));
      }
    }
    candidates = std::move(kept);
    active_signatures = std::move(kept_signatures);
    return more;
  }

  // The signatures of all candidates, in their order.
  Result<std::vector<Signature>> load() {
    std::vector<SignatureId> ids;
    for (const Candidate& candidate : candidates) {
      if (candidate.source == Source::disk) ids.push_back(candidate.position.id);
    }
    auto rows = view.disk->get_signatures(ids);
    if (!rows) return rows;
    std::vector<Signature> signatures;
    signatures.reserve(candidates.size());
    auto row = rows->begin();
    auto active = active_signatures.begin();
    for (const Candidate& candidate : candidates) {
      switch (candidate.source) {
        case Source::active:
          signatures.push_back(std::move(*active++));
          break;
        case Source::frozen:
          signatures.push_back(view.frozen->find(candidate.position.id)->signature);
          break;
        case Source::disk:
          if (IndexPosition::of(*row) != candidate.position) {
            return fail(ErrorCode::corruption,
                        "an index does not agree with the row of signature " + row->id.to_string() +
                            "; rebuild the projections with rounds-replay");
          }
          signatures.push_back(std::move(*row++));
          break;
      }
    }
    return signatures;
  }

  [[nodiscard]] bool matches(const Signature& signature) const {
    const SignatureIdentity& identity = *signature.identity;
    return (!query.service || identity.service == *query.service) &&
           (!query.error_type || identity.error_type == *query.error_type) &&
           (!query.except || signature.id != *query.except);
  }

  // Fills the page from `signatures`, which are all there is unless `more`.
  SignaturePage page(std::vector<Signature> signatures, bool more) const {
    SignaturePage page;
    page.sequence = view.sequence;
    std::optional<PageCursor> last_looked_at;
    for (Signature& signature : signatures) {
      if (matches(signature)) {
        if (page.signatures.size() == query.limit) {
          page.next = PageCursor::at(page.signatures.back());
          return page;
        }
        page.signatures.push_back(std::move(signature));
        last_looked_at = PageCursor::at(page.signatures.back());
      } else {
        last_looked_at = PageCursor::at(signature);
      }
    }
    if (more) page.next = last_looked_at;
    return page;
  }
};

Result<SignaturePage> LiveProjections::list(const SignatureQuery& query) const {
  if (auto valid = validate_limit(query.limit); !valid) return std::unexpected(valid.error());
  Listing listing{*this, query, {}, facet_of_all, 0, {}, {}};
  if (query.service) {
    listing.facet =
        query.error_type ? facet_of(*query.service, *query.error_type) : facet_of(*query.service);
  }
  const bool filters_rows = query.error_type && !query.service;
  const std::size_t passed_over = query.except ? 1 : 0;
  listing.needed = filters_rows ? max_examined_per_page : query.limit + passed_over + 1;
  std::vector<Status> statuses(all_statuses.begin(), all_statuses.end());
  if (query.status) statuses = {*query.status};
  {
    const std::shared_lock lock(mutex_);
    listing.view = view_locked();
    for (const Status status : statuses) listing.collect_active(status);
  }
  for (const Status status : statuses) {
    listing.collect_frozen(status);
    if (auto collected = listing.collect_disk(status); !collected) {
      return std::unexpected(collected.error());
    }
  }
  const bool more = listing.merge();
  auto signatures = listing.load();
  if (!signatures) return std::unexpected(std::move(signatures.error()));
  return listing.page(*std::move(signatures), more);
}

}  // namespace rounds
