// A MemoryStore whose answers a test can hold back or refuse, to see what callers do meanwhile.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "store/memory_store.hpp"

namespace rounds::test {

// Safe from any thread. Release what is held before the object goes.
class HeldStore final : public SignatureStore {
 public:
  // Reads that begin from now on wait (their threads block) until release_reads().
  void hold_reads() {
    const std::lock_guard lock(mutex_);
    reads_held_ = true;
  }
  void release_reads() {
    const std::lock_guard lock(mutex_);
    reads_held_ = false;
    changed_.notify_all();
  }

  // Reads that begin from now on throw std::bad_alloc.
  void throw_in_reads() {
    const std::lock_guard lock(mutex_);
    reads_throw_ = true;
  }

  // Writes submitted from now on are kept until release_writes(), which runs them.
  void hold_writes() {
    const std::lock_guard lock(mutex_);
    writes_held_ = true;
  }
  void release_writes() {
    std::vector<std::pair<Submission, Completion>> held;
    {
      const std::lock_guard lock(mutex_);
      writes_held_ = false;
      held.swap(held_);
    }
    for (auto& [submission, completion] : held) {
      memory_.submit(std::move(submission), std::move(completion));
    }
  }
  // Waits until `count` writes are held.
  void wait_for_held_writes(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return held_.size() >= count; });
  }

  // Writes submitted from now on are answered with `error`.
  void refuse_writes(Error error) {
    const std::lock_guard lock(mutex_);
    refusal_ = std::move(error);
  }

  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) override {
    wait_for_reads();
    return memory_.get_by_id(id);
  }
  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      std::string_view fingerprint) override {
    wait_for_reads();
    return memory_.get_by_fingerprint(fingerprint);
  }
  [[nodiscard]] std::vector<bool> recall(std::span<const std::string_view> fingerprints) override {
    return memory_.recall(fingerprints);
  }
  [[nodiscard]] Result<SignaturePage> list(const SignatureQuery& query) override {
    wait_for_reads();
    return memory_.list(query);
  }
  [[nodiscard]] Result<HistoryPage> history(const SignatureId& id,
                                            const HistoryQuery& query) override {
    wait_for_reads();
    return memory_.history(id, query);
  }
  [[nodiscard]] Result<StoreStats> get_stats() override {
    wait_for_reads();
    return memory_.get_stats();
  }
  [[nodiscard]] Result<std::unique_ptr<Subscription>> subscribe(Sequence from) override {
    return memory_.subscribe(from);
  }
  [[nodiscard]] Result<std::optional<Signature>> as_of(const SignatureId& id,
                                                       const Moment& moment) override {
    wait_for_reads();
    return memory_.as_of(id, moment);
  }
  [[nodiscard]] Result<StoreStats> get_stats_as_of(const Moment& moment) override {
    wait_for_reads();
    return memory_.get_stats_as_of(moment);
  }
  void submit(Submission submission, Completion completion) override {
    std::unique_lock lock(mutex_);
    if (refusal_) {
      Error refusal = *refusal_;
      lock.unlock();
      completion(std::unexpected(std::move(refusal)));
      return;
    }
    if (writes_held_) {
      held_.emplace_back(std::move(submission), std::move(completion));
      changed_.notify_all();
      return;
    }
    lock.unlock();
    memory_.submit(std::move(submission), std::move(completion));
  }
  [[nodiscard]] Result<void> close() override { return memory_.close(); }

 private:
  void wait_for_reads() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !reads_held_; });
    if (reads_throw_) throw std::bad_alloc();
  }

  MemoryStore memory_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reads_held_ = false;
  bool reads_throw_ = false;
  bool writes_held_ = false;
  std::optional<Error> refusal_;
  std::vector<std::pair<Submission, Completion>> held_;
};

}  // namespace rounds::test
