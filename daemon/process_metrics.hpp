// What the operating system tells about this process, under the names that all Prometheus clients
// use (process_*).
//
// Reads /proc: no disk. Any thread.
#pragma once

#include "daemon/exposition.hpp"

namespace rounds::daemon {

// Leaves out what the system does not tell.
void add_process_metrics(Exposition& exposition);

}  // namespace rounds::daemon
