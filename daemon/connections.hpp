// The connections of a server: how many there are, and which of them can be spared.
//
// When there is no room for a new connection, one that waits for a request is closed for it: first
// those that have never sent a whole request header, which clients do within milliseconds and
// attackers put off for ever; then those between two requests. Of each kind the one goes that has
// waited longest. A connection whose request is being read, answered or streamed is never closed.
// Usable from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace rounds::daemon {

class Session;

class Connections {
 public:
  // Enters a connection that has sent nothing yet. False after stop(): then it is to be dropped.
  [[nodiscard]] bool add(const std::shared_ptr<Session>& session);

  // Forgets a connection that has ended.
  void remove(const Session& session);

  // The connection has sent a whole request header.
  void becomes_busy(const Session& session);

  // The connection has taken its answer and waits for the next request.
  void becomes_idle(const Session& session);

  [[nodiscard]] std::size_t count() const;

  // Closes the connection that can best be spared. It ends soon, unless it becomes busy first, and
  // is asked only once. False if none waits for a request.
  bool close_longest_waiting();

  // Has all sessions end and waits until they have, or `deadline` has passed. Returns how many have
  // not ended by then.
  [[nodiscard]] std::size_t stop(std::chrono::milliseconds deadline);

  // Drops what stop() has left. Nothing may run in them any more.
  void clear();

 private:
  using Waiting = std::list<Session*>;  // the longest first
  struct Entry {
    std::shared_ptr<Session> session;
    Waiting* waits_in = nullptr;  // null: busy, or asked to end
    Waiting::iterator place;
  };

  void leave(Entry& entry);
  void enter(Entry& entry, Waiting& waiting);

  mutable std::mutex mutex_;
  std::condition_variable none_left_;
  std::unordered_map<const Session*, Entry> entries_;
  Waiting newcomers_;
  Waiting idle_;
  bool stopped_ = false;
};

}  // namespace rounds::daemon
