// When a layer of changed signatures is frozen and written to disk. Larger layers fold more events
// into one row write and take more memory and more time to read again after a crash. Values.
#pragma once

#include <cstddef>

namespace rounds {

struct LayerLimits {
  // Bounds the memory of the layers.
  std::size_t signatures = 104U * 1024;
  // Bounds the part of the log that is read again after a crash: no more than two layers of it.
  std::size_t events = 1280U * 1024;
};

}  // namespace rounds
