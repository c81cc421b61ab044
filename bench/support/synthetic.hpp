// Errors that nobody made: identities, messages and exemplars that follow from a number alone.
//
// Of the sizes that ingestion gives, without its cost: normalizing and hashing are done before a
// store hears of an occurrence. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/occurrence.hpp"
#include "core/signature.hpp"

namespace rounds::bench {

// Mixes the bits of `value`: random numbers without a state that threads would share.
[[nodiscard]] std::uint64_t scramble(std::uint64_t value);

// Messages are cut here.
inline constexpr std::size_t max_synthetic_message_bytes = 83;

// What signature `number` says.
[[nodiscard]] std::string synthetic_message(std::uint32_t number);

// A system of middling size: 40 services with 25 error types each, so that of 100,000 signatures
// each pair has a hundred.
[[nodiscard]] std::shared_ptr<const SignatureIdentity> synthetic_identity(std::uint32_t number);

// Times go up by a microsecond with each position, from 2026 on.
[[nodiscard]] Timestamp synthetic_time(std::uint64_t position);

[[nodiscard]] Exemplar synthetic_exemplar(std::uint64_t position, std::string message);

}  // namespace rounds::bench
