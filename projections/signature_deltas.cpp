#include "projections/signature_deltas.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "core/check.hpp"

namespace rounds {
namespace {

// Of the memory for the bytes of events.
constexpr std::size_t bytes_per_block = 1U << 20U;

}  // namespace

Result<void> evolve(std::optional<Signature>& state, const SignatureDelta& delta) {
  if (delta.changes.empty()) return {};
  const Version present = state ? state->version : 0;
  if (present != delta.before) {
    return fail(ErrorCode::corruption,
                fmt::format("the log goes on with version {} of signature {}, which is at version "
                            "{}",
                            delta.before + 1, delta.id.to_string(), present));
  }
  for (const SignatureChange& change : delta.changes) {
    if (change.run.version != 0) {
      if (!state) {
        return fail(ErrorCode::corruption,
                    fmt::format("the history of signature {} begins with event {}, which does not "
                                "create it",
                                delta.id.to_string(), delta.base + delta.sequences.front()));
      }
      evolve(*state, change.run);
    }
    if (change.event.empty()) continue;
    const auto event = decode_event(change.event);
    if (!event) return std::unexpected(event.error());
    auto next = evolve(std::move(state), *event);
    if (!next) return std::unexpected(std::move(next.error()));
    state = *std::move(next);
  }
  return {};
}

SignatureDeltas::SignatureDeltas(Sequence first, std::size_t max_events) : first_(first) {
  ROUNDS_CHECK(max_events < none, "events of a stretch are numbered by 32 bits");
  owners_.reserve(max_events);
}

Result<void> SignatureDeltas::fold(const BriefEvent& event, std::string_view bytes) {
  const auto place = static_cast<std::uint32_t>(deltas_.size());
  const auto [known, is_new] = by_id_.try_emplace(event.signature_id, place);
  if (is_new) {
    Delta& created = deltas_.emplace_back();
    created.id = event.signature_id;
    created.before = created.version = event.version - 1;
  }
  Delta& delta = deltas_[known->second];
  if (event.version != delta.version + 1 || event.version == 0) {
    return fail(
        ErrorCode::corruption,
        fmt::format("event {} is version {} of signature {}, which is at version {}",
                    event.sequence, event.version, event.signature_id.to_string(), delta.version));
  }
  delta.version = event.version;
  owners_.push_back(known->second);
  ++event_count_;
  if (event.recorded_count == 0) {
    const auto link = static_cast<std::uint32_t>(links_.size());
    links_.push_back({{std::exchange(delta.run, {}), keep(bytes)}, none});
    (delta.first_link == none ? delta.first_link : links_[delta.last_link].next) = link;
    delta.last_link = link;
    return {};
  }
  delta.run.append(recorded_run_of(event));
  return {};
}

std::string_view SignatureDeltas::keep(std::string_view bytes) {
  if (bytes.size() > free_.size()) {
    const std::size_t size = std::max(bytes.size(), bytes_per_block);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    block_bytes_ += size;
    free_ = {blocks_.back().get(), size};
  }
  std::memcpy(free_.data(), bytes.data(), bytes.size());
  const std::string_view kept(free_.data(), bytes.size());
  free_ = free_.subspan(bytes.size());
  return kept;
}

std::size_t SignatureDeltas::memory_bytes() const {
  const std::size_t table = by_id_.bucket_count() * (sizeof(SignatureId) + sizeof(std::uint32_t));
  const std::size_t sorted = deltas_.size() * 2 + owners_.size();
  return deltas_.size() * sizeof(Delta) + links_.size() * sizeof(Link) + block_bytes_ + table +
         (owners_.size() + sorted) * sizeof(std::uint32_t);
}

void SignatureDeltas::sort() {
  by_id_ = {};
  order_.resize(deltas_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::ranges::sort(order_, {}, [this](std::uint32_t place) { return deltas_[place].id; });
  // By counting: a place for the sequences of each delta, then each sequence to its place.
  std::vector<std::uint32_t> next(deltas_.size());
  ends_.resize(deltas_.size());
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const Delta& delta = deltas_[order_[i]];
    next[order_[i]] = end;
    end += static_cast<std::uint32_t>(delta.version - delta.before);
    ends_[i] = end;
  }
  sequences_.resize(end);
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    if (owners_[i] == none) continue;
    sequences_[next[owners_[i]]++] = static_cast<std::uint32_t>(i);
  }
  owners_ = {};
}

SignatureDelta SignatureDeltas::at(std::size_t place, std::vector<SignatureChange>& changes) const {
  const Delta& delta = deltas_[order_[place]];
  changes.clear();
  for (std::uint32_t link = delta.first_link; link != none; link = links_[link].next) {
    changes.push_back(links_[link].change);
  }
  if (delta.run.version != 0) changes.push_back({delta.run, {}});
  const std::size_t begin = place == 0 ? 0 : ends_[place - 1];
  return {.id = delta.id,
          .before = delta.before,
          .changes = changes,
          .sequences = std::span(sequences_).subspan(begin, ends_[place] - begin),
          .base = first_};
}

}  // namespace rounds
