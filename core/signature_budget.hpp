// How many new signatures a service may have in a minute, and where the occurrences go that would
// have made more: a storm of messages that are all different must not fill the disk with
// signatures.
//
// Nothing is dropped: what is over the budget counts on the overflow signature of its service, and
// has a signature of its own once it occurs in a minute that has room. Depends on the times that it
// is given alone, so that a store that decides by the times of commits decides the same each time;
// what it decided stands in the log. A new one begins with a full budget, also in the middle of a
// minute. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/signature.hpp"
#include "core/time.hpp"

namespace rounds {

// The error type of overflow signatures, and the service of the one that all services share which
// are themselves too many.
inline constexpr std::string_view overflow_name = "rounds.overflow";

// Services that may have new signatures in the same minute. More are no services, but a name that
// somebody makes up for each message.
inline constexpr std::size_t most_services_with_new_signatures = 256;

// The identity of the overflow signature of `service`. Its fingerprint is none that rules make.
[[nodiscard]] SignatureIdentity overflow_identity(std::string_view service);

class SignatureBudget {
 public:
  // `per_minute` of each service; 0: as many as come.
  explicit SignatureBudget(std::uint32_t per_minute) : per_minute_(per_minute) {}

  // Takes one new signature of `service` out of the budget of the minute that `now` is in. Null if
  // there is room for it; else the identity that its occurrences count on instead.
  [[nodiscard]] std::shared_ptr<const SignatureIdentity> take(std::string_view service,
                                                              Timestamp now);

 private:
  struct Service {
    std::uint32_t taken = 0;
    std::shared_ptr<const SignatureIdentity> overflow;  // once it was needed
  };

  const std::uint32_t per_minute_;
  Timestamp minute_ = min_timestamp;
  std::unordered_map<std::string, Service> services_;  // of that minute
  std::shared_ptr<const SignatureIdentity> overflow_of_all_;
};

}  // namespace rounds
