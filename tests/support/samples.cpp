#include "tests/support/samples.hpp"

namespace rounds::test {

Timestamp at_second(std::int64_t seconds) {
  using namespace std::chrono;
  return sys_days{year{2026} / January / 1} + std::chrono::seconds{seconds};
}

std::shared_ptr<const SignatureIdentity> make_identity(const std::string& name,
                                                       const std::string& service,
                                                       const std::string& error_type) {
  return std::make_shared<const SignatureIdentity>(SignatureIdentity{
      "fingerprint-" + name, error_type, service, name + " failed after * ms", "stack-" + name});
}

IdentifiedOccurrence make_occurrence(const std::shared_ptr<const SignatureIdentity>& identity,
                                     Timestamp time) {
  Exemplar exemplar;
  exemplar.time = time;
  exemplar.message = identity->fingerprint + " failed after 250 ms";
  auto microseconds = static_cast<std::uint64_t>(microseconds_since_epoch(time));
  for (std::size_t i = 0; i < 8; ++i, microseconds >>= 8U) {
    exemplar.trace_id.bytes[i] = static_cast<std::uint8_t>(microseconds);
    exemplar.span_id.bytes[i] = static_cast<std::uint8_t>(microseconds);
  }
  exemplar.trace_id.bytes[15] = 1;  // present even at the epoch
  exemplar.span_id.bytes[7] = 1;
  return {identity, exemplar};
}

Diagnosis make_diagnosis(const std::string& root_cause) {
  return Diagnosis{root_cause,
                   {"14 of 15 traces wait on the pool"},
                   "raise the pool size",
                   Confidence::high,
                   at_second(100),
                   "opus",
                   0.25};
}

}  // namespace rounds::test
