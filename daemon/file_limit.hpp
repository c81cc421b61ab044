// How many files and connections the process may have open.
//
// Changes the process: call it once, before there are threads.
#pragma once

#include <cstddef>

namespace rounds::daemon {

// Raises the limit on open file descriptors as far as the process may (the hard limit) and returns
// it. A process that may not even ask keeps what it has.
[[nodiscard]] std::size_t raise_file_limit();

// Connections for a limit of `files`, half of which are for the store's files: at most `wanted`, at
// least 1.
[[nodiscard]] std::size_t connections_for(std::size_t files, std::size_t wanted);

}  // namespace rounds::daemon
