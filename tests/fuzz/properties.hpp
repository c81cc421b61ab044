// Properties that several fuzzers check. All abort with a message if one does not hold.
//
// Pure but for that: usable from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/occurrence.hpp"
#include "ingest/otlp.hpp"

namespace rounds::test {

// `left` and `right` are the same text; both are printed if not.
void expect_same_text(std::string_view what, std::string_view left, std::string_view right);

// Valid UTF-8.
[[nodiscard]] bool is_clean(std::string_view text);

// What ingestion promises of every occurrence: limits, valid UTF-8, a valid time; and that the
// store takes it with the identity of either rules.
void expect_sound(const Occurrence& occurrence);
void expect_sound(const OtlpBatch& batch);

// Whether this input, one of 16, is worth a check that takes long.
[[nodiscard]] bool is_chosen(std::string_view input);

// `part` as often as fits into `bytes`. Fed to what is linear: what is not runs into libFuzzer's
// time limit.
[[nodiscard]] std::string repeat(std::string_view part, std::size_t bytes);

// The content of `input` if it is gzip, up to 1 MiB; else `input`.
[[nodiscard]] std::string decompressed(std::string_view input);

}  // namespace rounds::test
