#include "daemon/rebuilds.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "core/utf8.hpp"
#include "daemon/http.hpp"

namespace rounds::daemon {

Rebuilds::~Rebuilds() {
  stop();
  thread_.join();
}

Result<api::RebuildStatus> Rebuilds::start(std::vector<std::string> projections) {
  if (!run_) return fail(ErrorCode::refused, "this daemon has no projections to rebuild");
  for (const std::string& name : projections) {
    if (std::ranges::find(names_, name) != names_.end()) continue;
    return fail(ErrorCode::invalid_argument, fmt::format("\"{}\" is not a projection; there are {}",
                                                         excerpt(name), fmt::join(names_, ", ")));
  }
  const std::lock_guard lock(mutex_);
  if (last_ && last_->state == api::RebuildState::running) {
    return fail(ErrorCode::conflict,
                fmt::format("rebuild {} is running; wait until it is done", last_->number));
  }
  api::RebuildStatus status;
  status.number = last_ ? last_->number + 1 : 1;
  status.projections = projections;
  last_ = status;
  boost::asio::post(thread_, [this, chosen = std::move(projections)] { run(chosen); });
  return status;
}

Result<api::RebuildStatus> Rebuilds::find(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  if (last_ && last_->number == number) return *last_;
  return fail(ErrorCode::not_found,
              fmt::format("there is no rebuild {}; only the last one is remembered", number));
}

// On thread_.
void Rebuilds::run(const std::vector<std::string>& projections) {
  const auto progress = [this](std::uint64_t done, std::uint64_t total) {
    const std::lock_guard lock(mutex_);
    last_->events_done = done;
    last_->events_total = total;
  };
  const auto rebuilt = run_(projections, progress, stopping_.get_token());
  const std::lock_guard lock(mutex_);
  if (rebuilt) {
    spdlog::info("rebuild {} is done: the new projections hold {} events", last_->number, *rebuilt);
    last_->state = api::RebuildState::done;
    last_->sequence = *rebuilt;
  } else {
    spdlog::warn("rebuild {} has failed: {}", last_->number,
                 loggable(rebuilt.error().message, max_logged_message_bytes));
    last_->state = api::RebuildState::failed;
    last_->error = rebuilt.error().message;
  }
}

}  // namespace rounds::daemon
