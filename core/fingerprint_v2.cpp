// Rules v2: what of an occurrence counts, and the fingerprint of it.
#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/fingerprint.hpp"
#include "core/frame_key_v2.hpp"
#include "core/grouping_tables_v2.hpp"
#include "core/limits.hpp"
#include "core/sha256.hpp"

namespace rounds {
namespace {

constexpr std::size_t stack_hash_digits = 16;

// Frames of the application that count, from the newest. Two failures that share as many are one,
// whatever called them.
constexpr std::size_t max_counted_frames = 8;

// Where no frame is of the application, so many of the newest others count: fewer, because they
// change with versions of what they belong to.
constexpr std::size_t max_counted_foreign_frames = 3;

// Why a frame counts or does not.
enum class Weight : unsigned char {
  application,
  foreign,  // counts, for want of an application frame
  library,  // does not count, like all that follow
  runtime,
  repeated,  // the same function is among the newer frames
  too_deep,
  nameless,
};

struct WeighedFrame {
  v2::FrameKey key;
  Weight weight = Weight::nameless;

  [[nodiscard]] bool counts() const {
    return weight == Weight::application || weight == Weight::foreign;
  }
};

// An error of the chain: the one that was reported, or a cause.
struct ErrorParts {
  std::string type;
  std::string message;
  std::vector<WeighedFrame> frames;  // the newest first
};

// Weighs the frames of one error.
class FrameWeigher {
 public:
  FrameWeigher(std::span<const StackFrame> frames, FrameOrder order, Language language) {
    weighed_.reserve(frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const std::size_t index = order == FrameOrder::newest_last ? frames.size() - 1 - i : i;
      weighed_.push_back({v2::key_of_frame(frames[index], language), Weight::nameless});
    }
    for (WeighedFrame& frame : weighed_) weigh_own(frame);
  }

  // The number of frames that count.
  [[nodiscard]] std::size_t counted() const { return counted_; }

  // For want of frames of the application, lets those of libraries count, else of the runtime.
  void weigh_foreign() {
    weigh_foreign(FrameOrigin::library);
    if (counted_ == 0) weigh_foreign(FrameOrigin::runtime);
  }

  [[nodiscard]] std::vector<WeighedFrame> take() { return std::move(weighed_); }

 private:
  void weigh_own(WeighedFrame& frame) {
    if (frame.key.name.empty()) return;
    if (frame.key.origin == FrameOrigin::runtime) {
      frame.weight = Weight::runtime;
    } else if (frame.key.origin == FrameOrigin::library) {
      frame.weight = Weight::library;
    } else if (!seen_.insert(frame.key.name).second) {
      frame.weight = Weight::repeated;
    } else if (counted_ == max_counted_frames) {
      frame.weight = Weight::too_deep;
    } else {
      frame.weight = Weight::application;
      ++counted_;
    }
  }

  void weigh_foreign(FrameOrigin origin) {
    for (WeighedFrame& frame : weighed_) {
      if (frame.key.name.empty() || frame.key.origin != origin) continue;
      if (!seen_.insert(frame.key.name).second) {
        frame.weight = Weight::repeated;
      } else if (counted_ < max_counted_foreign_frames) {
        frame.weight = Weight::foreign;
        ++counted_;
      }
    }
  }

  std::vector<WeighedFrame> weighed_;
  std::unordered_set<std::string_view> seen_;  // views into weighed_, which does not grow
  std::size_t counted_ = 0;
};

// The type as the language knows it. SDKs put a code there, where the stack trace has the class.
std::string_view counted_type(const Occurrence& occurrence) {
  const bool trace_knows_better =
      occurrence.language == Language::javascript || v2::is_empty_type(occurrence.error_type);
  const std::string_view type = trace_knows_better && !occurrence.thrown_type.empty()
                                    ? occurrence.thrown_type
                                    : occurrence.error_type;
  return v2::is_empty_type(type) ? "Error" : type;
}

// What of an occurrence was looked at.
struct Parts {
  ErrorParts error;
  std::vector<ErrorParts> causes;
};

Parts parts_of(const Occurrence& occurrence) {
  Language language = occurrence.language;
  if (language == Language::unknown) language = v2::language_of_frames(occurrence.frames);
  FrameOrder order = occurrence.frame_order;
  if (order == FrameOrder::unknown) {
    order = language == Language::python ? FrameOrder::newest_last : FrameOrder::newest_first;
  }
  Parts parts;
  parts.error.type = counted_type(occurrence);
  parts.error.message =
      message_template_v2(truncate_utf8(occurrence.message, limits::max_message_bytes));
  FrameWeigher weigher(occurrence.frames, order, language);
  std::size_t counted = weigher.counted();
  for (const ErrorCause& cause : occurrence.causes) {
    FrameWeigher of_cause(cause.frames, order, language);
    counted += of_cause.counted();
    parts.causes.push_back(
        {cause.error_type,
         message_template_v2(truncate_utf8(cause.message, limits::max_message_bytes)),
         of_cause.take()});
  }
  if (counted == 0) weigher.weigh_foreign();
  parts.error.frames = weigher.take();
  return parts;
}

// A key in which no two lists of parts look alike: each part has its length in front.
class Key {
 public:
  void add(std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(text_), "{}:{}:{}", name, value.size(), value);
  }
  void add_frames(std::string_view name, const std::vector<WeighedFrame>& frames) {
    for (const WeighedFrame& frame : frames) {
      if (frame.counts()) add(name, frame.key.name);
    }
  }
  [[nodiscard]] std::string hash() const { return sha256_hex(text_); }

 private:
  std::string text_;
};

void add_default_parts(Key& key, const Parts& parts) {
  key.add("type", parts.error.type);
  key.add("message", parts.error.message);
  key.add_frames("frame", parts.error.frames);
  for (const ErrorParts& cause : parts.causes) {
    key.add("cause type", cause.type);
    key.add("cause message", cause.message);
    key.add_frames("cause frame", cause.frames);
  }
}

SignatureIdentity identity_of(const Occurrence& occurrence, const Parts& parts) {
  Key key;
  key.add("service", occurrence.service);
  if (occurrence.fingerprint_parts.empty()) {
    add_default_parts(key, parts);
  } else {
    for (const std::string& part : occurrence.fingerprint_parts) {
      if (part == fingerprint_default) {
        add_default_parts(key, parts);
      } else {
        key.add("rule", part);
      }
    }
  }
  Key stack;
  stack.add_frames("frame", parts.error.frames);
  for (const ErrorParts& cause : parts.causes) stack.add_frames("cause frame", cause.frames);
  SignatureIdentity identity;
  identity.fingerprint = "v2:" + key.hash();
  identity.error_type = occurrence.error_type;
  identity.service = occurrence.service;
  identity.message_template = parts.error.message;
  identity.stack_hash = stack.hash().substr(0, stack_hash_digits);
  return identity;
}

std::string_view reason_of(Weight weight) {
  switch (weight) {
    case Weight::application:
      return "code of the application";
    case Weight::foreign:
      return "no frame is of the application, so the newest others count";
    case Weight::library:
      return "code of a library";
    case Weight::runtime:
      return "code of the language or its runtime";
    case Weight::repeated:
      return "the same function is among the newer frames: recursion";
    case Weight::too_deep:
      return "newer frames of the application are enough";
    case Weight::nameless:
      return "it has no name";
  }
  return "";
}

// Writes down what counts and why.
class Explainer {
 public:
  Explainer(const Occurrence& occurrence, const Parts& parts)
      : occurrence_(occurrence), parts_(parts) {}

  [[nodiscard]] std::vector<FingerprintPart> explain() {
    add("service", occurrence_.service, true, "each service has its own failures");
    bool has_default = occurrence_.fingerprint_parts.empty();
    for (const std::string& part : occurrence_.fingerprint_parts) {
      if (part == fingerprint_default) {
        has_default = true;
      } else {
        add("rule", part, true, "a rule or the SDK says so");
      }
    }
    add_default(has_default);
    return std::move(list_);
  }

 private:
  void add(std::string_view part, std::string_view value, bool counts, std::string_view reason) {
    list_.push_back({std::string(part), std::string(value), counts, std::string(reason)});
  }

  void add_default(bool counts) {
    counts_ = counts;
    const bool other_type = parts_.error.type != occurrence_.error_type;
    add_own("type", parts_.error.type,
            other_type
                ? fmt::format("the stack trace has it in place of \"{}\"", occurrence_.error_type)
                : std::string("as reported"));
    add_own("message", parts_.error.message, "without its variable parts");
    add_frames("frame", parts_.error.frames);
    for (const ErrorParts& cause : parts_.causes) {
      add_own("cause type", cause.type, "led to the error");
      add_own("cause message", cause.message, "without its variable parts");
      add_frames("cause frame", cause.frames);
    }
  }

  void add_own(std::string_view part, std::string_view value, std::string_view reason) {
    add(part, value, counts_, counts_ ? reason : "a rule replaces it");
  }

  void add_frames(std::string_view part, const std::vector<WeighedFrame>& frames) {
    for (const WeighedFrame& frame : frames) {
      const bool counts = counts_ && frame.counts();
      add(part, frame.key.name, counts,
          counts_ || !frame.counts() ? reason_of(frame.weight) : "a rule replaces it");
    }
  }

  const Occurrence& occurrence_;
  const Parts& parts_;
  bool counts_ = true;
  std::vector<FingerprintPart> list_;
};

}  // namespace

SignatureIdentity identify_v2(const Occurrence& occurrence) {
  return identity_of(occurrence, parts_of(occurrence));
}

FingerprintExplanation explain_v2(const Occurrence& occurrence) {
  const Parts parts = parts_of(occurrence);
  return {identity_of(occurrence, parts), Explainer(occurrence, parts).explain()};
}

}  // namespace rounds
