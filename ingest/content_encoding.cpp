#include "ingest/content_encoding.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/check.hpp"
#include "ingest/brotli.hpp"
#include "ingest/gzip.hpp"

namespace rounds {
namespace {

// The first of each encoding is its name; others are spellings that clients use.
constexpr std::array<std::pair<std::string_view, ContentEncoding>, 6> names{
    {{"identity", ContentEncoding::identity},
     {"gzip", ContentEncoding::gzip},
     {"deflate", ContentEncoding::deflate},
     {"br", ContentEncoding::brotli},
     {"", ContentEncoding::identity},
     {"x-gzip", ContentEncoding::gzip}}};

}  // namespace

std::optional<ContentEncoding> content_encoding_of(std::string_view name) {
  const auto* found = std::ranges::find(names, name, &decltype(names)::value_type::first);
  if (found == names.end()) return std::nullopt;
  return found->second;
}

std::string_view to_string(ContentEncoding encoding) {
  return std::ranges::find(names, encoding, &decltype(names)::value_type::second)->first;
}

Result<std::string> decompress(std::string_view body, ContentEncoding encoding,
                               std::size_t max_bytes) {
  ROUNDS_CHECK(encoding != ContentEncoding::identity, "there is nothing to decompress");
  if (encoding == ContentEncoding::gzip) return gunzip(body, max_bytes);
  if (encoding == ContentEncoding::deflate) return undeflate(body, max_bytes);
  return unbrotli(body, max_bytes);
}

}  // namespace rounds
