// Sample domain values for tests, and a clock that tests set.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "core/clock.hpp"
#include "core/occurrence.hpp"
#include "core/signature.hpp"

namespace rounds::test {

// Stands still until a test moves it. Safe from any thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}
  [[nodiscard]] Timestamp now() const override { return now_.load(); }
  void set(Timestamp now) { now_.store(now); }

 private:
  std::atomic<Timestamp> now_;
};

// 2026-01-01T00:00:00Z plus `seconds`.
[[nodiscard]] Timestamp at_second(std::int64_t seconds);

// An identity whose fingerprint, template and stack hash are distinct for each `name`.
[[nodiscard]] std::shared_ptr<const SignatureIdentity> make_identity(
    const std::string& name, const std::string& service = "checkout",
    const std::string& error_type = "TypeError");

// One occurrence of that identity, with a message that names it and a trace id made from the time.
[[nodiscard]] IdentifiedOccurrence make_occurrence(
    const std::shared_ptr<const SignatureIdentity>& identity, Timestamp time);

[[nodiscard]] Diagnosis make_diagnosis(const std::string& root_cause = "connection pool exhausted");

}  // namespace rounds::test
