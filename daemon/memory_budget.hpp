// A bound on the memory that the request bodies of all connections hold together.
//
// A connection reserves the size of a body before it reads it, and grows the reservation by the
// decompressed size as soon as that is known; who finds the budget exhausted answers 429 or 503.
// Usable from any thread; a reservation belongs to one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace rounds::daemon {

class MemoryBudget;

// How much of a budget may be taken when a reservation begins or grows. `half` is for those who
// shall leave the other half to others, whatever they do.
enum class MemoryShare : std::uint8_t { whole, half };

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
  MemoryReservation(MemoryBudget& budget, MemoryShare share) : budget_(&budget), share_(share) {}

  MemoryBudget* budget_ = nullptr;
  MemoryShare share_ = MemoryShare::whole;
  std::size_t bytes_ = 0;
};

class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit) : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // None if there is no room for `bytes`.
  [[nodiscard]] std::optional<MemoryReservation> reserve(std::size_t bytes,
                                                         MemoryShare share = MemoryShare::whole);

  // What is reserved now.
  [[nodiscard]] std::size_t used() const { return used_.load(); }

 private:
  friend class MemoryReservation;
  [[nodiscard]] bool take(std::size_t bytes, MemoryShare share);

  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace rounds::daemon
