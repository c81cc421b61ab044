// The exceptions and stack frames of a Sentry event, as the core has them: internal to the Sentry
// decoders.
//
// Frames get the names that ingest/stack_trace.hpp gives them where a language prints its stack, so
// that a failure is the same whichever way it is reported. Pure: usable from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "core/language.hpp"
#include "core/occurrence.hpp"

namespace rounds::sentry {

// What wrote an event.
struct Platform {
  Language language = Language::unknown;
  // Whether `in_app: true` means something: SDKs of browsers say it of every frame.
  bool knows_application = true;
};

// From the members `platform` and `sdk.name` of an event.
[[nodiscard]] Platform platform_of(const boost::json::object& event);

// The exceptions of an event. SDKs list the one that was reported last and those that led to it
// before; `mechanism` may say which one led to which.
struct ExceptionChain {
  ErrorCause error;  // the one that was reported; messages may come as one without type
  std::vector<ErrorCause> causes;  // the nearest first; at most limits::max_causes
};

// False if `event` has no exception; `chain` is then as it was. Frames stand the oldest first; of
// more than limits::max_frames of one error the newest are kept. Texts are cut to core/limits.hpp.
[[nodiscard]] bool read_exceptions(const boost::json::object& event, const Platform& platform,
                                   ExceptionChain& chain);

// The frames of an event whose exception has none, or that has no exception: its own, or those of
// the thread that crashed or reported.
[[nodiscard]] std::vector<StackFrame> read_event_frames(const boost::json::object& event,
                                                        const Platform& platform);

}  // namespace rounds::sentry
