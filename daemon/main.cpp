// rounds-ingestd: the ingestion daemon. Reads its settings, opens the store, serves until a signal
// asks it to stop. stdout carries one line, when it is ready; everything else goes to stderr.
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "daemon/http.hpp"
#include "daemon/open_store.hpp"
#include "daemon/server.hpp"
#include "daemon/settings.hpp"

namespace rounds::daemon {
namespace {

constexpr int exit_wrong_usage = 2;
constexpr int exit_unusable = 3;  // data damaged or in use, or an address in use

void set_up_logging(const Settings& settings) {
  auto logger = spdlog::stderr_color_mt("rounds-ingestd");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(settings.log_level));
  spdlog::set_default_logger(std::move(logger));
}

int fail_with(int code, const std::string& message) {
  std::fprintf(stderr, "rounds-ingestd: %s\n", message.c_str());
  return code;
}

int serve(const Settings& settings) {
  // From here on a signal asks for a graceful stop, however early it comes.
  boost::asio::io_context context;
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([](const boost::system::error_code&, int number) {
    spdlog::info("stopping on signal {}", number);
  });

  auto store = open_store(settings.data_dir);
  if (!store) return fail_with(exit_unusable, store.error().message);
  ServerOptions options;
  options.listen = settings.listen;
  options.grouping = settings.grouping;
  auto server = Server::start(*store->store, options);
  if (!server) {
    const bool taken = server.error().code == ErrorCode::in_use;
    return fail_with(taken ? exit_unusable : exit_wrong_usage, server.error().message);
  }
  fmt::print("listening on {}\n", (*server)->url());
  std::fflush(stdout);
  spdlog::info("serving {} on {}: {}", loggable(settings.data_dir.string()), (*server)->url(),
               store->opening);

  context.run();  // until the signal
  (*server)->stop();
  if (auto closed = store->store->close(); !closed) {
    return fail_with(exit_unusable, closed.error().message);
  }
  spdlog::info("stopped");
  return 0;
}

int run(int argc, char** argv) {
  const auto settings = read_settings(argc, argv);
  if (const auto* exit = std::get_if<Exit>(&settings)) {
    std::fputs(exit->to_stdout.c_str(), stdout);
    std::fputs(exit->to_stderr.c_str(), stderr);
    return exit->code;
  }
  set_up_logging(std::get<Settings>(settings));
  return serve(std::get<Settings>(settings));
}

}  // namespace
}  // namespace rounds::daemon

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // whoever reads stdout may leave; the daemon stays
  try {
    return rounds::daemon::run(argc, argv);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "rounds-ingestd: %s\n", exception.what());
    return 1;
  }
}
