#include "tests/support/print.hpp"

#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace rounds {
namespace {

// A failed test may hold any time, even one that RFC 3339 cannot write.
std::string text_of(Timestamp time) {
  return is_valid(time) ? to_rfc3339(time) : std::to_string(microseconds_since_epoch(time)) + " us";
}

}  // namespace

void PrintTo(ErrorCode code, std::ostream* out) {
  *out << to_string(code);
}

void PrintTo(const Error& error, std::ostream* out) {
  *out << to_string(error.code) << ": " << error.message;
}

void PrintTo(const SignatureId& id, std::ostream* out) {
  *out << id.to_string();
}

void PrintTo(Status status, std::ostream* out) {
  *out << to_string(status);
}

void PrintTo(const Signature& signature, std::ostream* out) {
  *out << "{" << signature.id.to_string() << " " << to_string(signature.status);
  if (signature.identity) {
    *out << " fingerprint=" << testing::PrintToString(signature.identity->fingerprint)
         << " aliases=" << testing::PrintToString(aliases_of(signature))
         << " service=" << testing::PrintToString(signature.identity->service)
         << " error_type=" << testing::PrintToString(signature.identity->error_type);
  }
  *out << " seen=" << text_of(signature.first_seen) << ".." << text_of(signature.last_seen)
       << " count=" << signature.occurrence_count << " diagnosis="
       << (signature.diagnosis ? testing::PrintToString(signature.diagnosis->root_cause) : "none")
       << " tags=" << testing::PrintToString(signature.tags)
       << " resolved_at=" << (signature.resolved_at ? text_of(*signature.resolved_at) : "none")
       << " version=" << signature.version << " last_sequence=" << signature.last_sequence << "}";
}

void PrintTo(const Event& event, std::ostream* out) {
  *out << "{" << event.sequence << " " << kind_name(event.payload) << " of "
       << event.signature_id.to_string() << " version=" << event.version << " at "
       << text_of(event.time) << " by " << testing::PrintToString(event.provenance.actor) << "}";
}

void PrintTo(const StoreStats& stats, std::ostream* out) {
  *out << "{signatures=" << stats.signature_count << " occurrences=" << stats.occurrence_count
       << " by_status=" << testing::PrintToString(stats.by_status)
       << " by_service=" << testing::PrintToString(stats.by_service)
       << " oldest=" << (stats.oldest_first_seen ? text_of(*stats.oldest_first_seen) : "none")
       << " sequence=" << stats.sequence << "}";
}

}  // namespace rounds
