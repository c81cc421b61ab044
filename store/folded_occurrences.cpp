#include "store/folded_occurrences.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

#include "core/prefetch.hpp"

namespace rounds {
namespace {

FoldedOccurrences new_entry(const IdentifiedOccurrence& occurrence, std::uint32_t place) {
  const Timestamp time = occurrence.exemplar.time;
  return {HashedText(occurrence.identity->fingerprint), time, time, 0, place, {}};
}

// What new_entry() will read of the occurrence some places behind `place`.
void prefetch_fingerprint(std::span<const IdentifiedOccurrence> occurrences, std::size_t place) {
  if (place + 2 * prefetch_distance < occurrences.size()) {
    prefetch(&occurrences[place + 2 * prefetch_distance].identity->fingerprint);
  }
  if (place + prefetch_distance >= occurrences.size()) return;
  const std::string& fingerprint = occurrences[place + prefetch_distance].identity->fingerprint;
  prefetch(fingerprint.data(), fingerprint.size());
}

// Counts one more; whether its exemplar is worth keeping.
bool add(FoldedOccurrences& entry, const Exemplar& exemplar) {
  entry.first_seen = std::min(entry.first_seen, exemplar.time);
  entry.last_seen = std::max(entry.last_seen, exemplar.time);
  ++entry.count;
  return entry.exemplars.size() < entry.exemplars.capacity();
}

}  // namespace

std::vector<FoldedOccurrences> fold(RecordOccurrences& record, Folding folding) {
  std::vector<IdentifiedOccurrence>& occurrences = record.occurrences;
  std::vector<FoldedOccurrences> entries;
  boost::unordered_flat_map<const SignatureIdentity*, std::uint32_t> by_identity;
  if (folding == Folding::by_identity) by_identity.reserve(occurrences.size());
  if (folding == Folding::none) entries.reserve(occurrences.size());
  std::uint32_t kept = 0;
  for (std::size_t i = 0; i < occurrences.size(); ++i) {
    prefetch_fingerprint(occurrences, i);
    auto place = static_cast<std::uint32_t>(entries.size());
    if (folding == Folding::by_identity) {
      place = by_identity.try_emplace(occurrences[i].identity.get(), place).first->second;
    }
    if (place == entries.size()) entries.push_back(new_entry(occurrences[i], kept));
    FoldedOccurrences& entry = entries[place];
    if (!add(entry, occurrences[i].exemplar)) continue;
    entry.exemplars.push_back(kept);
    if (kept != i) occurrences[kept] = std::move(occurrences[i]);
    ++kept;
  }
  occurrences.erase(occurrences.begin() + kept, occurrences.end());
  // A queue that counts what is kept must not hold the room of what is not.
  if (occurrences.capacity() / 2 > occurrences.size()) occurrences.shrink_to_fit();
  return entries;
}

std::vector<FoldedOccurrences> fold_all(const RecordOccurrences& record, Folding folding,
                                        std::vector<std::uint32_t>& entry_of) {
  std::vector<FoldedOccurrences> entries;
  boost::unordered_flat_map<const SignatureIdentity*, std::uint32_t> by_identity;
  const std::vector<IdentifiedOccurrence>& occurrences = record.occurrences;
  entry_of.reserve(occurrences.size());
  if (folding == Folding::none) entries.reserve(occurrences.size());
  for (std::uint32_t i = 0; i < occurrences.size(); ++i) {
    prefetch_fingerprint(occurrences, i);
    auto place = static_cast<std::uint32_t>(entries.size());
    if (folding == Folding::by_identity) {
      place = by_identity.try_emplace(occurrences[i].identity.get(), place).first->second;
    }
    if (place == entries.size()) entries.push_back(new_entry(occurrences[i], i));
    entry_of.push_back(place);
    if (add(entries[place], occurrences[i].exemplar)) entries[place].exemplars.push_back(i);
  }
  return entries;
}

std::vector<FoldedOccurrences> fold_those(const RecordOccurrences& record,
                                          std::span<const FoldedOccurrences> entries,
                                          std::span<const std::uint32_t> entry_of,
                                          const std::vector<bool>& counts) {
  std::vector<FoldedOccurrences> left;
  // Where an entry is in it: in the order in which those that count first appear.
  std::vector<std::optional<std::uint32_t>> place_of(entries.size());
  for (std::uint32_t i = 0; i < entry_of.size(); ++i) {
    if (!counts[i]) continue;
    const IdentifiedOccurrence& occurrence = record.occurrences[i];
    std::optional<std::uint32_t>& place = place_of[entry_of[i]];
    if (!place) {
      place = static_cast<std::uint32_t>(left.size());
      const Timestamp time = occurrence.exemplar.time;
      left.push_back({entries[entry_of[i]].fingerprint, time, time, 0, i, {}});
    }
    FoldedOccurrences& entry = left[*place];
    if (add(entry, occurrence.exemplar)) entry.exemplars.push_back(i);
  }
  return left;
}

}  // namespace rounds
