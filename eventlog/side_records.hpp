// Side records: what a store writes beside the events of a commit group, in the same atomic write,
// and mostly deletes again when it is of no more use. They are no part of the log's truth: no event
// and no answer depends on them, copies of a log need not have them (docs/format.md).
//
// Bytes only; what they mean, their streams know. Pure: usable from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rounds {

// The letters are persisted in keys: never change or reuse one.
enum class SideStream : char {
  batches = 'b',      // which batches were recorded (store/repetitions.hpp)
  occurrences = 'o',  // which occurrences were
  exemplars = 'e',    // which signatures had an exemplar of late (store/exemplar_sampler.hpp)
  snapshots = 's',    // what a signature was (store/signature_snapshots.hpp); has owners
};

// The key of a record in the family `default`. Ordered by stream, then by owner, then by number.
// All owners of a stream have the same length; most streams have none.
[[nodiscard]] std::string side_record_key(SideStream stream, std::uint64_t number,
                                          std::string_view owner = {});

// The number in a key of `stream`, which has no owners; none if it is not one.
[[nodiscard]] std::optional<std::uint64_t> parse_side_record_key(SideStream stream,
                                                                 std::string_view key);

// `content` behind its checksum, and back; none if the checksum does not match.
[[nodiscard]] std::string seal_side_record(std::string_view content);
[[nodiscard]] std::optional<std::string_view> open_side_record(std::string_view sealed);

}  // namespace rounds
