// The bytes of events that record occurrences without exemplars: nearly all events of a storm. They
// differ in numbers alone, so each is made by setting those in the bytes of an earlier one, at a
// fraction of the cost of building it.
//
// Part of the event codec; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/event.hpp"

namespace rounds::codec {

class RecordedTemplates {
 public:
  // The bytes of `event`; none if it is of another kind or there was none like it yet: then build
  // it and remember() it. They are those that building it would make, and stay valid until the
  // next call.
  [[nodiscard]] std::optional<std::string_view> encode(const Event& event);

  // Keeps what was built, if later events can be made from it.
  void remember(const Event& event, std::string_view bytes);

 private:
  struct Template {
    Provenance provenance;
    std::vector<std::uint8_t> bytes;  // empty: none yet
  };

  // FlatBuffers leaves out what equals its default, so the bytes have another form where the count
  // is 1 or all was seen at once.
  std::array<Template, 4> templates_;
};

}  // namespace rounds::codec
