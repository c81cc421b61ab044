#include "projections/projection.hpp"

#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/utf8.hpp"

namespace rounds {
namespace {

struct Description {
  std::string_view name;
  std::uint32_t version;
};

// In the order of the enumerators.
constexpr std::array<Description, all_projections.size()> descriptions{{
    {"signatures", 1},
    {"fingerprints", 1},
    {"by_status", 1},
    {"by_service", 1},
    {"by_tag", 1},
    {"history", 1},
    {"stats", 1},
}};

// What release 1 wrote, without saying so.
constexpr std::string_view first_version = "1";

const Description& description_of(Projection projection) {
  return descriptions[static_cast<std::size_t>(projection)];
}

}  // namespace

std::string_view to_string(Projection projection) {
  return description_of(projection).name;
}

Result<Projection> parse_projection(std::string_view text) {
  for (const Projection projection : all_projections) {
    if (to_string(projection) == text) return projection;
  }
  std::array<std::string_view, all_projections.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = descriptions[i].name;
  return fail(ErrorCode::invalid_argument, fmt::format("\"{}\" is not a projection; use one of {}",
                                                       excerpt(text), fmt::join(names, ", ")));
}

std::uint32_t version_of(Projection projection) {
  return description_of(projection).version;
}

Result<bool> is_current(Projection projection, const std::optional<std::string>& stored) {
  const auto version =
      read_version(fmt::format("the version of the projection {}", to_string(projection)),
                   stored ? std::string_view(*stored) : first_version, version_of(projection));
  if (!version) return std::unexpected(version.error());
  return *version == version_of(projection);
}

Result<std::uint32_t> read_version(std::string_view what, std::string_view stored,
                                   std::uint32_t known) {
  std::uint32_t version = 0;
  const auto [rest, error] = std::from_chars(stored.begin(), stored.end(), version);
  if (error != std::errc{} || rest != stored.end()) {
    return fail(ErrorCode::corruption,
                fmt::format("{} is \"{}\"; run rounds-replay", what, excerpt(stored)));
  }
  if (version > known) {
    return std::unexpected(from_newer_release(
        fmt::format("{} is {}; this release reads up to {}", what, version, known)));
  }
  return version;
}

Error from_newer_release(std::string_view why) {
  return {ErrorCode::unsupported,
          fmt::format("{}: open the data directory with the release that wrote it, or a newer one; "
                      "or run rounds-replay, which builds the projections of this release",
                      why)};
}

}  // namespace rounds
