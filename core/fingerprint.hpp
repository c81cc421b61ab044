// Fingerprints: which occurrences are the same failure.
//
// identify() is what ingestion calls for each occurrence, with the rules that are the default; the
// functions with a version in their name are one set of rules each. Rules never change once data
// was made with them, since a signature is found by its fingerprint: better rules come beside them
// under a new version. Pure functions, usable from any thread, linear in the size of their input
// whatever it contains.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/occurrence.hpp"
#include "core/signature.hpp"
#include "core/utf8.hpp"  // IWYU pragma: export (callers of identify() cut texts as well)

namespace rounds {

// Rules v1, by which all data of the Python system was made. Known weaknesses: about half of all
// random UUIDs, and times like 2026-11-23T14:31:07, are recognised in part only, because a number
// inside them is replaced first; '|' and '*' in the texts are ambiguous.

// `message` with its variable parts replaced by '*': IPv4 addresses, ports, numbers of three or
// more digits, dates, times of day and UUIDs, in this order. Digits and word boundaries are those
// of Unicode (core/unicode_tables.hpp). A byte that is not UTF-8 is kept and ends a word, like
// punctuation. Never longer than `message`.
[[nodiscard]] std::string message_template_v1(std::string_view message);

// 16 hex digits that depend on module and function of each frame and on their order, not on file
// and line.
[[nodiscard]] std::string stack_hash_v1(std::span<const StackFrame> frames);

// The identity of an occurrence with these properties. All of `message` and `frames` counts: who
// calls it with unbounded input must bound it.
[[nodiscard]] SignatureIdentity identify_v1(std::string_view error_type, std::string_view service,
                                            std::string_view message,
                                            std::span<const StackFrame> frames);

// What the store takes for one occurrence: the identity by the default rules (v1) of its message
// cut to limits::max_message_bytes, and an exemplar with its message cut to
// limits::max_exemplar_message_bytes; no cut splits a character. Does not check the other fields,
// the store does. The identity is a value of its own, shared with no other occurrence.
[[nodiscard]] IdentifiedOccurrence identify(const Occurrence& occurrence);

}  // namespace rounds
