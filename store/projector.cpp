#include "store/projector.hpp"

#include <utility>

#include "store/thread_name.hpp"

namespace rounds {

Projector::Projector(OpenProjections& projections, ProjectionDatabase& database)
    : projections_(projections), database_(database), thread_([this] { run(); }) {}

Projector::~Projector() {
  static_cast<void>(stop());
}

void Projector::flush_soon() {
  {
    const std::lock_guard lock(mutex_);
    if (layer_ || failure_ || stopping_) return;
    layer_ = projections_.live->freeze();
    if (!layer_) return;
  }
  changed_.notify_all();
}

Result<bool> Projector::wait_until_idle(std::optional<std::chrono::microseconds> timeout) {
  std::unique_lock lock(mutex_);
  const auto done = [&] { return !layer_ || failure_; };
  if (timeout) {
    changed_.wait_for(lock, *timeout, done);
  } else {
    changed_.wait(lock, done);
  }
  if (failure_) return std::unexpected(*failure_);
  return !layer_;
}

std::optional<Error> Projector::failure() {
  const std::lock_guard lock(mutex_);
  return failure_;
}

Result<void> Projector::at_seam(const std::function<Result<void>()>& task) {
  std::unique_lock lock(mutex_);
  const auto has_ended = [this] { return stopping_ || failure_.has_value(); };
  if (!has_ended()) {
    task_ = &task;
    changed_.notify_all();
    changed_.wait(lock, [&] { return task_ == nullptr; });
    return std::exchange(task_result_, {});
  }
  return fail(ErrorCode::unavailable, "the store takes no more writes");
}

Result<void> Projector::stop() {
  Result<bool> idle = wait_until_idle(std::nullopt);
  if (idle && thread_.joinable()) {
    flush_soon();
    idle = wait_until_idle(std::nullopt);
  }
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (!idle) return std::unexpected(idle.error());
  return {};
}

void Projector::run() {
  name_this_thread("projector");
  while (true) {
    std::shared_ptr<const Layer> layer;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return (layer_ && !failure_) || task_ != nullptr || stopping_; });
      if (task_ != nullptr) {
        run_task(lock);
        continue;
      }
      if (stopping_) return;
      layer = layer_;
    }
    projections_.live->release_clean();
    const auto written = projections_.writer->write(*layer);
    if (written) {
      database_.release_dropped();
      projections_.live->flushed(
          std::make_shared<const ProjectionSnapshot>(database_, database_.active()));
    }
    {
      const std::lock_guard lock(mutex_);
      if (written) {
        layer_ = nullptr;
      } else {
        failure_ = written.error();
      }
    }
    changed_.notify_all();
  }
}

void Projector::run_task(std::unique_lock<std::mutex>& lock) {
  const std::function<Result<void>()>& task = *task_;
  const bool may_run = !failure_;
  lock.unlock();
  Result<void> result =
      may_run ? task() : fail(ErrorCode::unavailable, "the store takes no more writes");
  lock.lock();
  task_result_ = std::move(result);
  task_ = nullptr;
  changed_.notify_all();
}

}  // namespace rounds
