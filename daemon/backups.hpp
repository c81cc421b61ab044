// Makes backups when clients ask for one: one at a time, on a thread of its own, since it waits for
// the disk as long as there is something to copy.
//
// Clients choose nothing, least of all where it goes: that is configured by who runs the daemon.
// create() may be called on any io thread.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "core/backup.hpp"
#include "core/error.hpp"

namespace rounds::daemon {

class Backups {
 public:
  // Makes one backup and returns it; gives up when the token says so. Blocks.
  using Create = std::function<Result<Backup>(const std::stop_token&)>;

  // Empty: backups are not configured.
  explicit Backups(Create create) : create_(std::move(create)) {}

  // Like stop(), then waits for a backup under way.
  ~Backups();
  Backups(const Backups&) = delete;
  Backups& operator=(const Backups&) = delete;

  // Errors: refused if none are configured or one is being made; those of Create.
  [[nodiscard]] boost::asio::awaitable<Result<Backup>> create();

  // Has a backup under way give up; later ones give up as well.
  void stop() { stopping_.request_stop(); }

 private:
  [[nodiscard]] boost::asio::awaitable<Result<Backup>> run();

  const Create create_;
  std::stop_source stopping_;
  std::atomic<bool> running_ = false;
  boost::asio::thread_pool thread_{1};
};

}  // namespace rounds::daemon
