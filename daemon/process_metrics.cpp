#include "daemon/process_metrics.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_gettime is not in <ctime>
#include <unistd.h>

namespace rounds::daemon {
namespace {

// The fields of /proc/self/stat, by their numbers in proc(5). The second one, the name of the
// program, may hold spaces: it ends with the last parenthesis.
class ProcessStat {
 public:
  static std::optional<ProcessStat> read() {
    std::ifstream file("/proc/self/stat");
    std::string text;
    if (!std::getline(file, text)) return std::nullopt;
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream rest(text.substr(name_end + 1));
    ProcessStat stat;
    for (std::string field; rest >> field;) stat.fields_.push_back(field);
    if (stat.fields_.size() < 22) return std::nullopt;
    return stat;
  }

  [[nodiscard]] double field(std::size_t number) const { return std::stod(fields_[number - 3]); }

 private:
  std::vector<std::string> fields_;  // from the third one on
};

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// When the system was started, Unix time. Not from /proc/stat, which a hardened service cannot see.
double boot_time() {
  return seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME);
}

std::optional<std::uint64_t> open_files() {
  std::error_code error;
  std::uint64_t count = 0;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) ++count;
  if (error || count == 0) return std::nullopt;
  return count - 1;  // without the one that lists them
}

}  // namespace

void add_process_metrics(Exposition& exposition) {
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page_bytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
  if (const auto stat = ProcessStat::read()) {
    exposition.counter("process_cpu_seconds_total", "Processor time that was used.",
                       (stat->field(14) + stat->field(15)) / ticks);
    exposition.gauge("process_threads", "Threads of the process.", stat->field(20));
    exposition.gauge("process_virtual_memory_bytes", "Size of the address space.", stat->field(23));
    exposition.gauge("process_resident_memory_bytes", "Memory that is resident.",
                     stat->field(24) * page_bytes);
    // Once: the clocks differ a little each time, and whoever looks for restarts looks for changes.
    static const double started = boot_time() + stat->field(22) / ticks;
    exposition.gauge("process_start_time_seconds", "When the process was started, Unix time.",
                     started);
  }
  if (const auto open = open_files()) {
    exposition.gauge("process_open_fds", "Open file descriptors.", *open);
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    exposition.gauge("process_max_fds", "File descriptors that the process may have open.",
                     limit.rlim_cur);
  }
}

}  // namespace rounds::daemon
