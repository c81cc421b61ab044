#include "core/occurrence.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace rounds {

void OccurrenceSummary::add(const Exemplar& exemplar) {
  first_seen = count == 0 ? exemplar.time : std::min(first_seen, exemplar.time);
  last_seen = count == 0 ? exemplar.time : std::max(last_seen, exemplar.time);
  ++count;
  if (exemplars.size() < limits::max_exemplars_per_event) exemplars.push_back(exemplar);
}

}  // namespace rounds
