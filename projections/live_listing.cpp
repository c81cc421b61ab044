// LiveProjections::list: merges the active layer, the frozen layer and the disk into one ordered
// page.

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "projections/live_projections.hpp"

namespace rounds {

struct LiveProjections::Listing {
  const LiveProjections& live;
  const SignatureQuery& query;
  View view;
  // Which index of the disk lists them. By tag first: few signatures have one.
  Projection scanned = Projection::by_status;
  Facet facet = facet_of_all;
  // Positions to look at and one more, which tells whether there are more: no source has to give
  // more.
  std::size_t needed = 0;

  // Where a position was found, and with that where its signature is.
  enum class Source : std::uint8_t { active, frozen, disk };
  struct Candidate {
    IndexPosition position;
    Source source;
  };
  std::vector<Candidate> candidates;
  // Of each status: what one source has `needed` candidates up to, so that nothing behind it can be
  // on the page. Without it a listing would look for the few signatures of a lower source that did
  // not change since, among all that did.
  std::array<std::optional<IndexPosition>, all_statuses.size() + 1> bounds;
  // Copies of the active layer's signatures, made under the lock, by the order of `candidates`.
  std::vector<Signature> active_signatures;

  [[nodiscard]] std::vector<const Signature*> first(const Layer& layer, Status status,
                                                    const std::optional<PageCursor>& after) const {
    return query.tag ? layer.first_tagged(*query.tag, status, after, needed)
                     : layer.first(facet, status, after, needed);
  }

  // Call under the lock: the active layer changes otherwise.
  void collect_active(Status status) {
    const auto found = first(*view.active, status, query.after);
    for (const Signature* signature : found) {
      candidates.push_back({IndexPosition::of(*signature), Source::active});
      active_signatures.push_back(*signature);
    }
    if (found.size() == needed) bound_of(status) = candidates.back().position;
  }

  [[nodiscard]] std::optional<IndexPosition>& bound_of(Status status) {
    return bounds[static_cast<std::size_t>(status)];
  }

  // Whether a source that has come to `position` has nothing more for the page.
  [[nodiscard]] bool is_behind(const IndexPosition& position) {
    const auto& bound = bound_of(position.status);
    return bound && bound->precedes(position);
  }

  // Removes what changed in the active layer up to this view: its position there is the right one.
  void remove_changed(std::vector<IndexPosition>& positions) const {
    if (positions.empty()) return;  // without waiting for a group that becomes visible
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
      for (const Signature* signature : first(*view.frozen, status, after)) {
        const auto position = IndexPosition::of(*signature);
        if (is_behind(position)) break;
        positions.push_back(position);
      }
      more = positions.size() == needed;
      if (more) after = positions.back().cursor();
      remove_changed(positions);
      found += positions.size();
      for (const IndexPosition& position : positions) {
        candidates.push_back({position, Source::frozen});
      }
    }
    if (found >= needed) bound_of(status) = candidates.back().position;
  }

  Result<void> collect_disk(Status status) {
    IndexScan scan = view.disk->scan(scanned, facet, status, query.after);
    std::size_t found = 0;
    for (bool more = true; more && found < needed;) {
      std::vector<IndexPosition> positions;
      while (positions.size() < needed) {
        const auto position = scan.next();
        if (!position) return std::unexpected(position.error());
        if (!*position || is_behind(**position)) {
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
    const bool more = order.size() >= needed;
    if (more) order.resize(needed - 1);
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
    auto rows = view.disk->get_signatures(ids, RowReader::query);
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
           (!query.tag || has_tag(signature, *query.tag)) &&
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
  Listing listing{*this, query, {}, Projection::by_status, facet_of_all, 0, {}, {}, {}};
  if (query.tag) {
    listing.scanned = Projection::by_tag;
    listing.facet = facet_of_tag(*query.tag);
  } else if (query.service) {
    listing.scanned = Projection::by_service;
    listing.facet =
        query.error_type ? facet_of(*query.service, *query.error_type) : facet_of(*query.service);
  }
  const bool filters_rows =
      query.tag ? query.service || query.error_type : query.error_type && !query.service;
  const std::size_t passed_over = query.except ? 1 : 0;
  listing.needed = (filters_rows ? max_examined_per_page : query.limit + passed_over) + 1;
  std::vector<Status> statuses(all_statuses.begin(), all_statuses.end());
  if (query.status) statuses = {*query.status};
  {
    const auto lock = lock_query();
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
