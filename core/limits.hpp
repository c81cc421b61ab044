// The limits on what one signature, occurrence or command may carry, each with its reason.
//
// The store refuses values over a limit (invalid_argument); ingestion cuts long messages before
// that. They bound the size of an event, and with it the memory of every queue that holds events.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rounds::limits {

// Service and error type are index keys and label values; real ones are under 200 bytes.
inline constexpr std::size_t max_name_bytes = 1024;

// A fingerprint is a hex digest with a rules prefix; its length is not fixed by contract.
inline constexpr std::size_t max_fingerprint_bytes = 256;

// Fingerprints of a signature beside the one that it was made with: one for each other version of
// the rules, and more where one version splits what another takes for one failure. All of them are
// in its row. What it would learn beyond that it does not: such occurrences still count for it, but
// each costs a look at their other fingerprints, and their own one does not resolve.
inline constexpr std::size_t max_aliases = 16;

// A whole message becomes a template. Longer ones are dumps of data, cut by ingestion.
inline constexpr std::size_t max_message_bytes = 16 * 1024;

// What is kept of a message without its variable parts (rules v2): more than this is data as well.
inline constexpr std::size_t max_template_bytes = 2 * 1024;

// Exemplars show what a message looked like; they are kept per commit group for ever.
inline constexpr std::size_t max_exemplar_message_bytes = 2 * 1024;

// Exemplars of one event: the first ones of a commit group.
inline constexpr std::size_t max_exemplars_per_event = 3;

// Reason, fix, actor and request id: text typed by a person or a short identifier.
inline constexpr std::size_t max_context_text_bytes = 16 * 1024;

// The release that has a fix: a version, a tag or a commit, which are names and not texts.
inline constexpr std::size_t max_release_bytes = 256;

// The texts of a diagnosis together: a page or two for each part.
inline constexpr std::size_t max_diagnosis_bytes = 256 * 1024;

// Pieces of evidence of one diagnosis: each costs memory even when it is empty.
inline constexpr std::size_t max_evidence_items = 1024;

// What a saved signature may have counted: ten million a second for almost a year, and so little
// that the sum over 65,536 such signatures does not wrap around in 64 bits.
inline constexpr std::uint64_t max_occurrence_count = std::uint64_t{1} << 48U;

inline constexpr std::size_t max_tags = 256;
inline constexpr std::size_t max_tag_bytes = 256;

// Frames that identify a failure; deeper stacks are recursion.
inline constexpr std::size_t max_frames = 256;

// Errors that led to another, as one stack trace lists them; longer chains are loops of wrapping.
inline constexpr std::size_t max_causes = 8;

// Signatures in one page of a listing or events in one page of a history.
inline constexpr std::size_t max_page_size = 1000;
inline constexpr std::size_t default_page_size = 50;

// Subscriptions of one store at a time. Each commit wakes those that wait, and each then reads.
inline constexpr std::size_t max_subscriptions = 64;

// A batch of a subscription ends with the event with which it has so many bytes as they are stored.
// Events have up to half a MiB, so it bounds what a subscriber holds whatever the events are.
inline constexpr std::size_t max_batch_bytes = 256 * 1024;

// Occurrences in one submission: bounds the memory of the queue and the size of one commit group.
inline constexpr std::size_t max_occurrences_per_submission = 65536;

}  // namespace rounds::limits
