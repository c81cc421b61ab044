#include <string>

#include "core/check.hpp"
#include "eventlog/event_codec.hpp"
#include "tests/fuzz/fuzzers.hpp"

namespace rounds::test {

void fuzz_event(std::string_view input) {
  const auto event = decode_event(input);
  if (!event) {
    const ErrorCode code = event.error().code;
    ROUNDS_CHECK(code == ErrorCode::corruption || code == ErrorCode::unsupported,
                 "bytes that are no event are corrupt, or of a newer release");
    return;
  }
  ROUNDS_CHECK(is_valid(event->time), "an event has a valid time");
  EventEncoder encoder;
  const std::string bytes(encoder.encode(*event));
  const auto again = decode_event(bytes);
  ROUNDS_CHECK(again.has_value(), again.error().message);
  ROUNDS_CHECK(*again == *event, "an event survives encoding and decoding");
  ROUNDS_CHECK(encoder.encode(*again) == bytes, "equal events have equal bytes");
}

}  // namespace rounds::test
