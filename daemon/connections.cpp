#include "daemon/connections.hpp"

#include <utility>

#include "daemon/session.hpp"

namespace rounds::daemon {

bool Connections::add(const std::shared_ptr<Session>& session) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return false;
  Entry& entry = entries_[session.get()];
  entry.session = session;
  enter(entry, newcomers_);
  return true;
}

void Connections::remove(const Session& session) {
  std::shared_ptr<Session> last;  // released without the lock
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(&session);
  if (found == entries_.end()) return;
  leave(found->second);
  last = std::move(found->second.session);
  entries_.erase(found);
  if (entries_.empty()) none_left_.notify_all();
}

void Connections::becomes_busy(const Session& session) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(&session); found != entries_.end()) leave(found->second);
}

void Connections::becomes_idle(const Session& session) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(&session); found != entries_.end()) {
    leave(found->second);
    enter(found->second, idle_);
  }
}

std::size_t Connections::count() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

bool Connections::close_longest_waiting() {
  const std::lock_guard lock(mutex_);
  const Waiting& waiting = newcomers_.empty() ? idle_ : newcomers_;
  if (waiting.empty()) return false;
  Entry& entry = entries_.at(waiting.front());
  leave(entry);
  entry.session->give_way();
  return true;
}

std::size_t Connections::stop(std::chrono::milliseconds deadline) {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  for (const auto& [key, entry] : entries_) entry.session->stop();
  none_left_.wait_for(lock, deadline, [this] { return entries_.empty(); });
  return entries_.size();
}

void Connections::clear() {
  std::unordered_map<const Session*, Entry> dropped;
  const std::lock_guard lock(mutex_);
  newcomers_.clear();
  idle_.clear();
  dropped.swap(entries_);
}

void Connections::leave(Entry& entry) {
  if (entry.waits_in == nullptr) return;
  entry.waits_in->erase(entry.place);
  entry.waits_in = nullptr;
}

void Connections::enter(Entry& entry, Waiting& waiting) {
  entry.place = waiting.insert(waiting.end(), entry.session.get());
  entry.waits_in = &waiting;
}

}  // namespace rounds::daemon
