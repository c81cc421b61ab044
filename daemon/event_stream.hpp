// The body of GET /api/v1/events: the events of a subscription as text, in one of two framings.
//
//   Server-Sent Events   "id: SEQUENCE", "event: KIND", "data: JSON" and an empty line; ":" and an
//                        empty line as a sign of life; "event: error" without an id before an early
//                        end
//   NDJSON               one JSON object a line; an empty line as a sign of life; {"problem": ...}
//                        before an early end
//
// The JSON is that of api/event_json.hpp and has no line breaks. Waiting takes no thread, and a
// client that is slow makes nothing pile up: the next batch is read when it has taken the last one.
// Used on the strand of its connection.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/http.hpp"
#include "daemon/metrics.hpp"
#include "store/async_store.hpp"

namespace rounds::daemon {

enum class EventFraming : std::uint8_t { server_sent_events, ndjson };

// What an Accept field asks for: the first of the two media types in it, NDJSON if there is none.
[[nodiscard]] EventFraming framing_of(std::string_view accept);
[[nodiscard]] std::string_view media_type_of(EventFraming framing);

[[nodiscard]] std::string frame_event(EventFraming framing, const Event& event);
[[nodiscard]] std::string frame_error(EventFraming framing, const Error& error);
[[nodiscard]] std::string_view heartbeat_of(EventFraming framing);

class EventStream final : public BodyStream {
 public:
  struct Options {
    EventFraming framing = EventFraming::ndjson;
    std::optional<Sequence> until;  // ends behind this event; none: goes on
    std::chrono::milliseconds heartbeat_interval{};
  };

  // `store`, which `subscription` is of, and `metrics` must outlive the object.
  EventStream(AsyncStore& store, Metrics& metrics, std::shared_ptr<Subscription> subscription,
              Options options);
  ~EventStream() override;

  [[nodiscard]] boost::asio::awaitable<std::optional<std::string>> next() override;
  void end(const Error& why) override;

 private:
  [[nodiscard]] std::string frame_batch(const std::vector<Event>& events);
  [[nodiscard]] std::string farewell(const Error& why);

  AsyncStore& store_;
  Metrics& metrics_;
  const std::shared_ptr<Subscription> subscription_;  // never null
  const Options options_;
  std::optional<Error> end_;  // why it is to end; none: not asked to
  bool ended_ = false;
};

}  // namespace rounds::daemon
