// rounds-ingestd: the ingestion daemon. Reads its settings, opens the store, serves until a signal
// asks it to stop. stdout carries one line, when it is ready; everything else goes to stderr.
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "daemon/access.hpp"
#include "daemon/file_limit.hpp"
#include "daemon/http.hpp"
#include "daemon/limits.hpp"
#include "daemon/logging.hpp"
#include "daemon/served_store.hpp"
#include "daemon/server.hpp"
#include "daemon/service_manager.hpp"
#include "daemon/settings.hpp"
#include "daemon/supervision.hpp"
#include "daemon/tls.hpp"

namespace rounds::daemon {
namespace {

constexpr int exit_wrong_usage = 2;
constexpr int exit_unusable = 3;  // data damaged or in use, or an address in use

int fail_with(int code, const std::string& message) {
  std::fprintf(stderr, "rounds-ingestd: %s\n", message.c_str());
  return code;
}

// What clients must show, and what the daemon shows them; read anew at SIGHUP.
class Credentials {
 public:
  explicit Credentials(const Settings& settings) : settings_(settings) {
    if (!settings.tls_files.key.empty()) tls_ = std::make_shared<TlsIdentity>();
  }

  // Errors: those of AccessControl::load() and TlsIdentity::load(). Reads both, whatever becomes of
  // the other.
  [[nodiscard]] Result<void> load() {
    auto tokens = access_->load(settings_.token_files);
    auto identity = tls_ == nullptr ? Result<void>() : tls_->load(settings_.tls_files);
    return tokens ? identity : tokens;
  }

  void reload() {
    if (const auto loaded = load(); !loaded) {
      spdlog::error("what was there before stays in use: {}",
                    loggable(loaded.error().message, max_logged_message_bytes));
    } else {
      spdlog::info("tokens, certificate and key were read anew");
    }
  }

  void apply_to(ServerOptions& options) const {
    const bool is_local = settings_.listen.address().is_loopback();
    const bool is_open = !access_->is_enforced();
    options.access = access_;
    options.tls = tls_;
    options.local_only = is_local && is_open && !settings_.insecure;
    if (!is_local && is_open) {
      spdlog::warn("--insecure: whoever reaches {} may do everything",
                   settings_.listen.address().to_string());
    } else if (!is_local && tls_ == nullptr) {
      spdlog::warn("tokens come unencrypted; add --tls-certificate-file, or have a proxy in front");
    }
  }

 private:
  const Settings& settings_;
  std::shared_ptr<AccessControl> access_ = std::make_shared<AccessControl>();
  std::shared_ptr<TlsIdentity> tls_;  // null: plain HTTP
};

ServerOptions server_options(const Settings& settings, const ServedStore& store) {
  ServerOptions options;
  options.listen = settings.listen;
  options.grouping = settings.grouping;
  options.create_backup = store.create_backup;
  options.rebuild = store.rebuild;
  options.projections = store.projections;
  options.store_metrics = store.metrics;
  options.store_condition = store.condition;
  return options;
}

// A library below may throw, which would end the process on a thread of its own.
Result<std::string> open_guarded(const ServedStore& store) {
  try {
    return store.open();
  } catch (const std::exception& exception) {
    return fail(ErrorCode::io_error,
                fmt::format("the store cannot be opened: {}", exception.what()));
  }
}

// Has SIGHUP read the settings anew, until the context ends. What cannot be changed while the
// daemon runs stays as it is.
void reload_on_hangup(boost::asio::signal_set& hangups, Credentials& credentials, int argc,
                      char** argv) {
  hangups.async_wait(
      [&hangups, &credentials, argc, argv](const boost::system::error_code& error, int) {
        if (error) return;
        service_manager::reloading();
        const auto settings = read_settings(argc, argv);
        if (const auto* read = std::get_if<Settings>(&settings)) {
          change_logging(*read);
          credentials.reload();
          spdlog::info("the settings were read anew");
        } else if (const auto* exit = std::get_if<Exit>(&settings)) {
          const std::string_view why = exit->to_stderr;
          spdlog::error("the settings stay as they were: {}", why.substr(0, why.find('\n')));
        }
        service_manager::ready("serving");
        reload_on_hangup(hangups, credentials, argc, argv);
      });
}

int serve(const Settings& settings, int argc, char** argv) {
  // From here on a signal asks for a graceful stop, however early it comes.
  boost::asio::io_context context;
  boost::asio::signal_set hangups(context, SIGHUP);
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int number) {
    if (!error) spdlog::info("stopping on signal {}", number);
    context.stop();
  });

  Credentials credentials(settings);
  if (const auto loaded = credentials.load(); !loaded) {
    return fail_with(exit_wrong_usage, loaded.error().message);
  }
  const std::size_t files = raise_file_limit();
  ServedStore store = make_served_store(settings.data_dir, settings.backup_dir, settings.store);
  ServerOptions options = server_options(settings, store);
  credentials.apply_to(options);
  options.connections =
      connections_for(files, options.tls == nullptr ? max_connections : max_tls_connections);
  auto server = Server::start(*store.store, options);
  if (!server) {
    const bool taken = server.error().code == ErrorCode::in_use;
    return fail_with(taken ? exit_unusable : exit_wrong_usage, server.error().message);
  }
  Supervision supervision(context, store);
  supervision.opening();
  // Reading the log may take long; meanwhile the server tells that it is not ready, and how far it
  // is.
  Result<std::string> opened;
  std::thread opening([&] {
    opened = open_guarded(store);
    boost::asio::post(context, [&] {
      if (!opened) return static_cast<void>(signals.cancel());
      fmt::print("listening on {}\n", (*server)->url());
      std::fflush(stdout);
      spdlog::info("serving {} on {}: {}", loggable(settings.data_dir.string()), (*server)->url(),
                   *opened);
      supervision.ready();
      reload_on_hangup(hangups, credentials, argc, argv);
    });
  });

  context.run();  // until the signal, or until the store could not be opened
  service_manager::stopping();
  (*server)->stop();
  opening.join();
  if (!opened) return fail_with(exit_unusable, opened.error().message);
  if (auto closed = store.store->close(); !closed) {
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
  return serve(std::get<Settings>(settings), argc, argv);
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
