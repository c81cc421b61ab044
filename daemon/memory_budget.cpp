#include "daemon/memory_budget.hpp"

#include <utility>

#include "core/check.hpp"

namespace rounds::daemon {

MemoryReservation::MemoryReservation(MemoryReservation&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      share_(other.share_),
      bytes_(std::exchange(other.bytes_, 0)) {}

MemoryReservation& MemoryReservation::operator=(MemoryReservation&& other) noexcept {
  std::swap(budget_, other.budget_);
  std::swap(share_, other.share_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

MemoryReservation::~MemoryReservation() {
  if (budget_ != nullptr) budget_->used_.fetch_sub(bytes_);
}

bool MemoryReservation::grow(std::size_t bytes) {
  ROUNDS_CHECK(budget_ != nullptr, "only a reservation of a budget can grow");
  if (!budget_->take(bytes, share_)) return false;
  bytes_ += bytes;
  return true;
}

std::optional<MemoryReservation> MemoryBudget::reserve(std::size_t bytes, MemoryShare share) {
  MemoryReservation reservation(*this, share);
  if (!reservation.grow(bytes)) return std::nullopt;
  return reservation;
}

bool MemoryBudget::take(std::size_t bytes, MemoryShare share) {
  const std::size_t most = share == MemoryShare::whole ? limit_ : limit_ / 2;
  std::size_t used = used_.load();
  do {
    if (used > most || bytes > most - used) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes));
  return true;
}

}  // namespace rounds::daemon
