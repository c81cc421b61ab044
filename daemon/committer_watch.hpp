// Whether the store still commits: what the watchdog of the service manager is told goes by it.
//
// An empty write, which changes nothing, goes all the way through the store's queue and committer
// like any other. One thread; the store answers on its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/signature_store.hpp"

namespace rounds::daemon {

class CommitterWatch {
 public:
  // `groups_finished` counts the commit groups so far. `store` must outlive the object.
  CommitterWatch(SignatureStore& store, std::function<std::uint64_t()> groups_finished);

  // Whether there was a sign of life since the call before, and asks for the next one: the empty
  // write was answered, also if refused because the store is being opened again; or other groups
  // were committed, while it waits behind them or the queue is full. The first call is always true.
  [[nodiscard]] bool is_alive();

 private:
  enum class Probe : std::uint8_t { none, waiting, answered, queue_full };

  SignatureStore& store_;
  std::function<std::uint64_t()> groups_finished_;
  std::uint64_t groups_seen_ = 0;
  // The store may answer after this object is gone.
  std::shared_ptr<std::atomic<Probe>> probe_ = std::make_shared<std::atomic<Probe>>(Probe::none);
};

}  // namespace rounds::daemon
