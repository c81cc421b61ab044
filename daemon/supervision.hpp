// Tells the service manager how the daemon is: how far it is with opening the store, that it is
// ready, that it lives.
//
// Runs on the thread of the program's io_context; all functions are called there. Without a service
// manager there is nothing to do, and nothing is done.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/committer_watch.hpp"
#include "daemon/served_store.hpp"

namespace rounds::daemon {

class Supervision {
 public:
  // Both must outlive the object.
  Supervision(boost::asio::io_context& context, const ServedStore& store);

  // The store is being opened: tells how far it is until ready() or stop().
  void opening();
  // It is open: tells so, and from now on that the daemon lives as long as the committer does.
  void ready();
  void stop();

 private:
  void tell_progress();
  void watch();

  const ServedStore& store_;
  boost::asio::steady_timer timer_;
  CommitterWatch committer_;
};

}  // namespace rounds::daemon
