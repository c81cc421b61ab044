// Names threads, so that profilers, debuggers and top -H tell them apart, and ranks them. Any
// thread.
#pragma once

namespace rounds {

// Names the calling thread; at most 15 characters count. Failure is ignored: a name is a comfort.
void name_this_thread(const char* name);

// Lets other threads go first from now on; those that this one starts inherit it.
void lower_this_thread();

}  // namespace rounds
