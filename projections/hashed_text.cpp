#include "projections/hashed_text.hpp"

#include <xxhash.h>

namespace rounds {

HashedText::HashedText(std::string_view hashed)
    : text(hashed), hash(XXH3_64bits(hashed.data(), hashed.size())) {}

}  // namespace rounds
