// What a process has taken of the machine, as the kernel counts it.
#pragma once

#include <sys/types.h>

#include "core/error.hpp"

namespace rounds::bench {

struct ProcessUsage {
  double processor_seconds = 0;  // of all its threads, in user and kernel mode
  double peak_memory_bytes = 0;  // the most that was resident at any time (VmHWM)
};

// Of a process that runs. Errors: io_error if there is none with this id.
[[nodiscard]] Result<ProcessUsage> usage_of(pid_t process);

}  // namespace rounds::bench
