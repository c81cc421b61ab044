// Rebuilds projections when clients ask for it: one rebuild at a time, on a thread of its own. It
// goes on when the client that asked has gone; the last one can be asked for.
//
// Everything but the constructor and the destructor may be called on any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "api/rebuild_json.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"

namespace rounds::daemon {

class Rebuilds {
 public:
  using Progress = std::function<void(std::uint64_t events_done, std::uint64_t events_total)>;
  // Rebuilds these projections (none: all) and returns the last event in them; gives up when the
  // token says so. Blocks.
  using Run =
      std::function<Result<Sequence>(const std::vector<std::string>& projections,
                                     const Progress& progress, const std::stop_token& stop)>;

  // `names` are those of the projections. An empty `run`: there are none to rebuild.
  Rebuilds(Run run, std::vector<std::string> names)
      : run_(std::move(run)), names_(std::move(names)) {}

  // Like stop(), then waits for a rebuild under way.
  ~Rebuilds();
  Rebuilds(const Rebuilds&) = delete;
  Rebuilds& operator=(const Rebuilds&) = delete;

  // Begins a rebuild and returns at once. Errors: invalid_argument names what is no projection;
  // conflict while one is running; refused if there are none to rebuild.
  [[nodiscard]] Result<api::RebuildStatus> start(std::vector<std::string> projections);

  // How far the rebuild with this number is. Errors: not_found, also for one before the last.
  [[nodiscard]] Result<api::RebuildStatus> find(std::uint64_t number) const;

  // Has a rebuild under way give up; later ones give up as well.
  void stop() { stopping_.request_stop(); }

 private:
  void run(const std::vector<std::string>& projections);

  const Run run_;
  const std::vector<std::string> names_;
  std::stop_source stopping_;
  mutable std::mutex mutex_;
  std::optional<api::RebuildStatus> last_;  // guarded by mutex_
  boost::asio::thread_pool thread_{1};
};

}  // namespace rounds::daemon
