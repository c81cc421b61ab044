// Asks the processor for memory that will be needed soon, so that work on many objects that lie
// scattered does not wait for each of them in turn: with 100,000 signatures that was a tenth of the
// processor time of an occurrence (docs/decisions/0026).
//
// A hint without other effects; any thread, any address.
#pragma once

#include <cstddef>

namespace rounds {

// How many objects ahead is soon enough: some ten of them are on their way at once.
inline constexpr std::size_t prefetch_distance = 8;

// The usual line of a cache; on another processor it asks too often or for too little.
inline constexpr std::size_t cache_line_bytes = 64;

// The lines of `size` bytes from `memory` on. Null is fine: then none.
inline void prefetch(const void* memory, std::size_t size) {
  if (memory == nullptr || size == 0) return;
  const char* bytes = static_cast<const char*>(memory);
  for (std::size_t offset = 0; offset < size; offset += cache_line_bytes) {
    __builtin_prefetch(bytes + offset);
  }
  // The memory may begin within a line, and end in one more.
  __builtin_prefetch(bytes + size - 1);
}

template <typename T>
void prefetch(const T* object) {
  prefetch(object, sizeof(T));
}

}  // namespace rounds
