#include "daemon/logging.hpp"

#include <iterator>
#include <memory>
#include <utility>

#include <boost/json/object.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "api/json_text.hpp"

namespace rounds::daemon {
namespace {

using std::chrono::duration_cast;

// A storm of slow operations must not become a storm of lines.
constexpr std::chrono::seconds slow_interval{1};

std::atomic<std::int64_t> slow_threshold_ns = 0;  // 0: nothing is slow

// Of the message that this thread is logging: the formatter runs within the call that logs.
thread_local const std::initializer_list<LogField>* current_fields = nullptr;

std::string to_log_time(std::chrono::system_clock::time_point at) {
  const auto milliseconds = duration_cast<std::chrono::milliseconds>(at.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     milliseconds.count() % 1000);
}

// Nothing but printable ASCII: what else a text holds may control a terminal, or a reader of JSON
// that shows it on one.
std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) {
      fmt::format_to(std::back_inserter(shown), "\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown;
}

void append_field(std::string& line, const LogField& field) {
  line += ' ';
  line += field.name;
  line += '=';
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    const bool quoted = text->empty() || text->find_first_of(" =\"") != text->npos;
    if (quoted) line += '"';
    line += printable(*text);
    if (quoted) line += '"';
  } else if (const auto* number = std::get_if<std::uint64_t>(&field.value)) {
    line += fmt::to_string(*number);
  } else {
    line += fmt::format("{:.3f}", std::get<double>(field.value));
  }
}

boost::json::value value_of(const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    return boost::json::string(printable(*text));
  }
  if (const auto* number = std::get_if<std::uint64_t>(&field.value)) return *number;
  return std::get<double>(field.value);
}

class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const auto level = spdlog::level::to_string_view(message.level);
    const std::string text = format_log_line(
        format_, message.time, {level.data(), level.size()},
        {message.payload.data(), message.payload.size()},
        current_fields == nullptr ? std::initializer_list<LogField>{} : *current_fields);
    line.append(text);
    line.push_back('\n');
  }

  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_);
  }

 private:
  LogFormat format_;
};

}  // namespace

std::string format_log_line(LogFormat format, std::chrono::system_clock::time_point at,
                            std::string_view level, std::string_view message,
                            std::initializer_list<LogField> fields) {
  const std::string time = to_log_time(at);
  if (format == LogFormat::json) {
    boost::json::object object{{"time", time}, {"level", level}, {"message", printable(message)}};
    for (const LogField& field : fields) object[field.name] = value_of(field);
    return api::to_text(object);
  }
  std::string line = fmt::format("{} {} ", time, level);
  line += printable(message);
  for (const LogField& field : fields) append_field(line, field);
  return line;
}

void set_up_logging(const Settings& settings) {
  auto logger = spdlog::stderr_color_mt("rounds-ingestd");
  logger->set_formatter(std::make_unique<LineFormatter>(settings.log_format));
  spdlog::set_default_logger(std::move(logger));
  change_logging(settings);
}

void change_logging(const Settings& settings) {
  spdlog::set_level(spdlog::level::from_str(settings.log_level));
  slow_threshold_ns = std::chrono::nanoseconds(settings.slow_operation).count();
}

void log_fields(spdlog::level::level_enum level, std::string_view message,
                std::initializer_list<LogField> fields) {
  if (!spdlog::should_log(level)) return;
  current_fields = &fields;
  spdlog::log(level, "{}", message);
  current_fields = nullptr;
}

bool SlowLog::is_slow(std::chrono::nanoseconds taken) {
  const std::int64_t threshold = slow_threshold_ns.load(std::memory_order_relaxed);
  return threshold > 0 && taken.count() >= threshold;
}

SlowLog::Turn SlowLog::take_turn(std::chrono::steady_clock::time_point now) {
  const std::int64_t now_ns = std::chrono::nanoseconds(now.time_since_epoch()).count();
  std::int64_t next = next_ns_.load();
  const std::int64_t after = now_ns + std::chrono::nanoseconds(slow_interval).count();
  if (now_ns < next || !next_ns_.compare_exchange_strong(next, after)) {
    skipped_.fetch_add(1);
    return {};
  }
  return {true, skipped_.exchange(0)};
}

void SlowLog::note(std::chrono::nanoseconds taken, std::initializer_list<LogField> fields) {
  if (!is_slow(taken)) return;
  const Turn turn = take_turn(std::chrono::steady_clock::now());
  if (!turn.is_logged) return;
  const std::string message =
      turn.skipped == 0 ? std::string(message_)
                        : fmt::format("{} ({} more were not logged)", message_, turn.skipped);
  log_fields(spdlog::level::warn, message, fields);
}

}  // namespace rounds::daemon
