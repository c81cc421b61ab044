#include "projections/text_hash.hpp"

#include <xxhash.h>

namespace rounds {

std::size_t TextHash::operator()(std::string_view text) const {
  return XXH3_64bits(text.data(), text.size());
}

}  // namespace rounds
