// What each fuzzer does with one input: the properties that hold for all bytes from outside.
//
// A check returns if they hold and aborts with a message if not, which is how libFuzzer and the
// ordinary tests learn of it. Inputs that are refused with an Error are fine. The same functions
// run in the fuzzers (preset fuzz) and, on the seeds alone, in every other build. Each is
// deterministic in `input`. They keep caches: one thread at a time.
#pragma once

#include <array>
#include <string_view>

namespace rounds::test {

// Events: what decodes is encoded to an event that is equal, and to the same bytes again.
void fuzz_event(std::string_view input);

// Frames: as they are, with their hashes set right, and written anew with one bit flipped.
void fuzz_frame(std::string_view input);

// OTLP: sound occurrences that the store takes, and the same ones from the other encoding. Inputs
// in gzip are decompressed.
void fuzz_otlp_protobuf(std::string_view input);
void fuzz_otlp_json(std::string_view input);

// Sentry's envelopes and events: sound occurrences, and the same ones from an event alone and in an
// envelope. Decompression of deflate and brotli keeps to its limit.
void fuzz_sentry_envelope(std::string_view input);

// JSON Lines: a sound occurrence, and the same one when it is written and read again.
void fuzz_json_line(std::string_view input);

// All that a client sends on one connection of the daemon: well-formed answers, none of them an
// error of the daemon, and an end.
void fuzz_http(std::string_view input);

// Stack traces, as each language and with the language guessed.
void fuzz_stack_trace(std::string_view input);

// Message templates and fingerprints of rules v1 and v2, against the plain implementation.
void fuzz_fingerprint(std::string_view input);

// Taking secrets out: once is as twice, and cuts no characters.
void fuzz_scrub(std::string_view input);

struct Fuzzer {
  std::string_view name;
  void (*check)(std::string_view input);
};

inline constexpr std::array<Fuzzer, 10> all_fuzzers{{{"event", fuzz_event},
                                                     {"frame", fuzz_frame},
                                                     {"otlp_protobuf", fuzz_otlp_protobuf},
                                                     {"otlp_json", fuzz_otlp_json},
                                                     {"sentry_envelope", fuzz_sentry_envelope},
                                                     {"json_line", fuzz_json_line},
                                                     {"http", fuzz_http},
                                                     {"stack_trace", fuzz_stack_trace},
                                                     {"fingerprint", fuzz_fingerprint},
                                                     {"scrub", fuzz_scrub}}};

// Not one of them: has a planted bug, a read behind the end of `input`, that a working fuzzer finds
// within seconds.
void fuzz_canary(std::string_view input);

}  // namespace rounds::test
