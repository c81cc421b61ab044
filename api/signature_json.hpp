// Signatures and diagnoses in JSON, as in every answer that holds one.
//
// A signature is {"id", "fingerprint", "error_type", "service", "message_template", "stack_hash",
// "first_seen", "last_seen", "occurrence_count", "status", "diagnosis", "tags", "fingerprints",
// "version"}; "fingerprints" are all that lead to it, "fingerprint" in front. Times are RFC 3339 in
// UTC with six decimals, what is absent is null. Pure: usable from any thread.
#pragma once

#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "core/signature.hpp"

namespace rounds::api {

[[nodiscard]] boost::json::object identity_to_json(const SignatureIdentity& identity);

// Reads what identity_to_json() wrote. Members it does not know are ignored. Errors:
// invalid_argument names the member that is wrong.
[[nodiscard]] Result<SignatureIdentity> identity_from_json(const boost::json::value& value);

[[nodiscard]] boost::json::object signature_to_json(const Signature& signature);

// Reads what signature_to_json() wrote; resolved_at and last_sequence are not in it and stay unset.
// Members it does not know are ignored. Errors: invalid_argument names the member that is wrong.
[[nodiscard]] Result<Signature> signature_from_json(const boost::json::value& value);

[[nodiscard]] boost::json::object diagnosis_to_json(const Diagnosis& diagnosis);

// Reads what diagnosis_to_json() wrote. Members it does not know are ignored. Errors:
// invalid_argument names the member that is wrong.
[[nodiscard]] Result<Diagnosis> recorded_diagnosis_from_json(const boost::json::value& value);

// Reads a diagnosis that somebody wrote. All members are required except diagnosed_at, which is
// `now` if absent; unknown ones are refused. Limits are checked by validate() (core/signature.hpp).
// Errors: invalid_argument names the member that is missing, unknown or wrong.
[[nodiscard]] Result<Diagnosis> diagnosis_from_json(const boost::json::value& value, Timestamp now);

}  // namespace rounds::api
