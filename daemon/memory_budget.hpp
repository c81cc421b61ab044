// A bound on the memory that the request bodies of all connections hold together.
//
// A connection reserves the size of a body before it reads it, and grows the reservation by the
// decompressed size as soon as that is known; who finds the budget exhausted answers 429 or 503.
// Usable from any thread; a reservation belongs to one.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>

namespace rounds::daemon {

class MemoryBudget;

// Part of a budget, given back on destruction. The budget must outlive it. An empty one holds
// nothing and belongs to no budget.
class MemoryReservation {
 public:
  MemoryReservation() = default;
  MemoryReservation(MemoryReservation&& other) noexcept;
  MemoryReservation& operator=(MemoryReservation&& other) noexcept;
  MemoryReservation(const MemoryReservation&) = delete;
  MemoryReservation& operator=(const MemoryReservation&) = delete;
  ~MemoryReservation();

  // Adds `bytes`. False, and nothing changed, if the budget has no room for them.
  [[nodiscard]] bool grow(std::size_t bytes);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  friend class MemoryBudget;
  explicit MemoryReservation(MemoryBudget& budget) : budget_(&budget) {}

  MemoryBudget* budget_ = nullptr;
  std::size_t bytes_ = 0;
};

class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit) : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // None if there is no room for `bytes`.
  [[nodiscard]] std::optional<MemoryReservation> reserve(std::size_t bytes);

  // What is reserved now.
  [[nodiscard]] std::size_t used() const { return used_.load(); }

 private:
  friend class MemoryReservation;
  [[nodiscard]] bool take(std::size_t bytes);

  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace rounds::daemon
