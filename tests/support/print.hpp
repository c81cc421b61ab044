// How GoogleTest prints domain values when an expectation fails.
#pragma once

#include <iosfwd>

#include "core/error.hpp"
#include "core/event.hpp"
#include "core/signature.hpp"
#include "core/signature_store.hpp"

namespace rounds {

// Found by GoogleTest through the namespace of the type.
void PrintTo(ErrorCode code, std::ostream* out);
void PrintTo(const Error& error, std::ostream* out);
void PrintTo(const SignatureId& id, std::ostream* out);
void PrintTo(Status status, std::ostream* out);
void PrintTo(const Signature& signature, std::ostream* out);
void PrintTo(const Event& event, std::ostream* out);
void PrintTo(const StoreStats& stats, std::ostream* out);

}  // namespace rounds
