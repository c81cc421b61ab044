#include "core/signature_budget.hpp"

#include <chrono>

#include <fmt/format.h>

#include "core/fingerprint.hpp"
#include "core/sha256.hpp"

namespace rounds {

SignatureIdentity overflow_identity(std::string_view service) {
  return {fmt::format("{}:{}", overflow_name, sha256_hex(service)), std::string(overflow_name),
          std::string(service),
          "More new signatures in a minute than the budget allows; the exemplars show some. Group "
          "them by a grouping rule, or raise new-signatures-per-minute",
          stack_hash_v1({})};
}

std::shared_ptr<const SignatureIdentity> SignatureBudget::take(std::string_view service,
                                                               Timestamp now) {
  if (per_minute_ == 0) return nullptr;
  const Timestamp minute = std::chrono::floor<std::chrono::minutes>(now);
  if (minute != minute_) {
    minute_ = minute;
    services_.clear();
  }
  std::string name(service);
  if (services_.size() >= most_services_with_new_signatures && !services_.contains(name)) {
    if (!overflow_of_all_) {
      overflow_of_all_ =
          std::make_shared<const SignatureIdentity>(overflow_identity(overflow_name));
    }
    return overflow_of_all_;
  }
  Service& budget = services_[std::move(name)];
  if (budget.taken < per_minute_) {
    ++budget.taken;
    return nullptr;
  }
  if (!budget.overflow) {
    budget.overflow = std::make_shared<const SignatureIdentity>(overflow_identity(service));
  }
  return budget.overflow;
}

}  // namespace rounds
