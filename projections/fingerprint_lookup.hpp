// Finds signatures on disk by their fingerprint, and remembers which id a fingerprint has: that
// never changes, and with it a signature is one read instead of two.
//
// What is remembered is a hint by hash. The row that it leads to says whether it was right; if not,
// the disk is asked. So it is right for every snapshot, also for one that is older than the hint.
// Any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/signature.hpp"
#include "projections/hashed_text.hpp"
#include "projections/id_cache.hpp"
#include "projections/projection_snapshot.hpp"

namespace rounds {

class FingerprintLookup {
 public:
  // Ids that are remembered, 192 MiB when there are so many: most of the largest store that is
  // measured, whose reads would be twice as many.
  static constexpr std::size_t default_capacity = 8U * 1024 * 1024;

  explicit FingerprintLookup(std::size_t capacity = default_capacity);

  // Errors: corruption if the fingerprint leads to no row, or to that of another one; io_error.
  [[nodiscard]] Result<std::optional<Signature>> find(const ProjectionSnapshot& disk,
                                                      const HashedText& fingerprint);

  // Many at once for the writer (RowReader), in the order of `fingerprints`; far cheaper than one
  // after the other.
  [[nodiscard]] Result<std::vector<std::optional<Signature>>> find(
      const ProjectionSnapshot& disk, std::span<const HashedText> fingerprints);

  // Whether the id of the fingerprint is remembered: then a signature answers to it, unless another
  // fingerprint has the same hash of 64 bits.
  [[nodiscard]] bool remembers(const HashedText& fingerprint) {
    return recall(fingerprint).has_value();
  }

  // Notes an id that the disk has from now on.
  void remember(const HashedText& fingerprint, const SignatureId& id);

 private:
  struct Shard {
    explicit Shard(std::size_t capacity) : ids(capacity) {}
    std::mutex mutex;
    IdCache ids;  // guarded by mutex
  };
  // Enough that threads seldom meet, and that a table doubles within a millisecond or two. Hashes
  // are so even that all tables double within a few commit groups: of sixteen, six did within one,
  // which took 164 ms of processor time.
  static constexpr std::size_t most_shards = 256;

  [[nodiscard]] Shard& shard_of(const HashedText& fingerprint) {
    // Not the bits that the table of the shard uses.
    return shards_[(fingerprint.hash >> 32U) % shards_.size()];
  }
  [[nodiscard]] std::optional<SignatureId> recall(const HashedText& fingerprint);
  // Reads what `ids` say into `signatures`, at the same places; none where they lead nowhere.
  [[nodiscard]] Result<void> read_recalled(const ProjectionSnapshot& disk,
                                           std::span<const HashedText> fingerprints,
                                           std::vector<std::optional<Signature>>& signatures);

  std::deque<Shard> shards_;
};

}  // namespace rounds
