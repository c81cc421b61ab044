#include "eventlog/info_log.hpp"

#include <chrono>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <system_error>

#include "core/clock.hpp"
#include "core/time.hpp"

namespace rounds {
namespace {

// Warnings are rare; whoever needs more than this many of one opening needs another tool.
constexpr std::size_t max_log_bytes = 1U << 20U;
constexpr std::size_t max_line_bytes = 1024;

class SilentLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, std::va_list /*arguments*/) override {}
};

class InfoLog final : public rocksdb::Logger {
 public:
  explicit InfoLog(const std::filesystem::path& path)
      : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), file_(std::fopen(path.c_str(), "we")) {}
  ~InfoLog() override {
    if (file_ != nullptr) static_cast<void>(std::fclose(file_));
  }

  using rocksdb::Logger::Logv;
  void Logv(const char* format, std::va_list arguments) override {
    char line[max_line_bytes];
    if (std::vsnprintf(line, sizeof(line), format, arguments) < 0) return;
    const std::lock_guard lock(mutex_);
    if (file_ == nullptr || written_ > max_log_bytes) return;
    const int bytes =
        std::fprintf(file_, "%s %s\n", to_rfc3339(system_clock().now()).c_str(), line);
    // A line that was lost is lost.
    static_cast<void>(std::fflush(file_));
    if (bytes > 0) written_ += static_cast<std::size_t>(bytes);
  }

 private:
  std::mutex mutex_;
  std::FILE* file_;  // null: could not be opened
  std::size_t written_ = 0;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_info_log(const std::filesystem::path& directory) {
  std::error_code ignored;
  std::filesystem::rename(directory / "LOG", directory / "LOG.old", ignored);
  return std::make_shared<InfoLog>(directory / "LOG");
}

std::shared_ptr<rocksdb::Logger> make_silent_log() {
  return std::make_shared<SilentLog>();
}

}  // namespace rounds
