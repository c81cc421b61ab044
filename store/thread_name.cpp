#include "store/thread_name.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace rounds {
namespace {

// Four tenths of the weight of a thread with normal priority: with less, what follows a busy writer
// never comes closer.
constexpr int low_priority = 4;

}  // namespace

void name_this_thread(const char* name) {
  static_cast<void>(::pthread_setname_np(::pthread_self(), name));
}

void lower_this_thread() {
  // On Linux this is about the thread, not the process.
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), low_priority));
}

}  // namespace rounds
