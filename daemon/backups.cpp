#include "daemon/backups.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rounds::daemon {

namespace asio = boost::asio;

Backups::~Backups() {
  stop();
  thread_.join();
}

asio::awaitable<Result<Backup>> Backups::create() {
  if (!create_) {
    co_return fail(ErrorCode::refused,
                   "this daemon makes no backups: whoever runs it has to name a directory for "
                   "them, with --backup-dir");
  }
  if (running_.exchange(true)) {
    co_return fail(ErrorCode::refused, "a backup is being made already; wait until it is done");
  }
  asio::awaitable<Result<Backup>> work = run();
  Result<Backup> backup =
      co_await asio::co_spawn(thread_.get_executor(), std::move(work), asio::use_awaitable);
  co_return backup;
}

// On thread_.
asio::awaitable<Result<Backup>> Backups::run() {
  struct Release {
    std::atomic<bool>& running;
    ~Release() { running.store(false); }
  };
  const Release when_done{running_};
  Result<Backup> backup = create_(stopping_.get_token());
  co_return backup;
}

}  // namespace rounds::daemon
