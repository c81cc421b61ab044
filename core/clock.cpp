#include "core/clock.hpp"

namespace rounds {

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace rounds
