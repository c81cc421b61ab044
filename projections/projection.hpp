// Which projections there are: their names, their versions and what each is built from.
//
// Values: usable from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace rounds {

enum class Projection : std::uint8_t {
  signatures,
  fingerprints,
  by_status,
  by_service,
  by_tag,
  history,
  stats,
};
inline constexpr std::array all_projections{
    Projection::signatures, Projection::fingerprints, Projection::by_status, Projection::by_service,
    Projection::by_tag,     Projection::history,      Projection::stats};

// The name of the projection, its column families and command line arguments: "by_status".
[[nodiscard]] std::string_view to_string(Projection projection);

// Errors: invalid_argument names the text and the valid names.
[[nodiscard]] Result<Projection> parse_projection(std::string_view text);

// Which keys and values this build writes for the projection, and what they mean. Raised with every
// change of that; what an earlier version wrote is built anew when a store is opened.
[[nodiscard]] std::uint32_t version_of(Projection projection);

// Whether what was written as version `stored` is what this build writes; false: as an earlier
// version. None: release 1, which noted no versions, has written it. Errors: unsupported for a
// newer version; corruption if it is no number.
[[nodiscard]] Result<bool> is_current(Projection projection,
                                      const std::optional<std::string>& stored);

// Whether the projection says nothing but what the rows of `signatures` say, so that it can be
// built from them, which costs the signatures and not all of the log.
[[nodiscard]] constexpr bool is_index(Projection projection) {
  return projection == Projection::by_status || projection == Projection::by_service ||
         projection == Projection::by_tag;
}

// What to do about projections that cannot be used as they are.
enum class ProjectionRebuild : std::uint8_t {
  automatic,  // build them, however long it takes
  refuse,     // change nothing: whoever opens them hears which command builds them
};

// Reads the version that stands for `what`. Errors: unsupported if it is over `known`, the newest
// that this build can read; corruption if it is no number.
[[nodiscard]] Result<std::uint32_t> read_version(std::string_view what, std::string_view stored,
                                                 std::uint32_t known);

// What projections of a newer release are refused with: `why`, and the way out.
[[nodiscard]] Error from_newer_release(std::string_view why);

}  // namespace rounds
