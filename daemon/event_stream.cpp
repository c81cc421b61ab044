#include "daemon/event_stream.hpp"

#include <iterator>
#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "api/event_json.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "core/limits.hpp"

namespace rounds::daemon {

namespace asio = boost::asio;

std::string_view media_type_of(EventFraming framing) {
  return framing == EventFraming::ndjson ? "application/x-ndjson" : "text/event-stream";
}

EventFraming framing_of(std::string_view accept) {
  while (!accept.empty()) {
    const std::size_t end = std::min(accept.find(','), accept.size());
    const std::string type = media_type(accept.substr(0, end));
    for (const EventFraming framing : {EventFraming::server_sent_events, EventFraming::ndjson}) {
      if (type == media_type_of(framing)) return framing;
    }
    accept.remove_prefix(std::min(end + 1, accept.size()));
  }
  return EventFraming::ndjson;
}

std::string frame_event(EventFraming framing, const Event& event) {
  const std::string json = api::to_text(api::event_to_json(event));
  if (framing == EventFraming::ndjson) return json + "\n";
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.sequence, kind_name(event.payload),
                     json);
}

std::string frame_error(EventFraming framing, const Error& error) {
  boost::json::object problem = api::problem_to_json(error);
  if (framing == EventFraming::ndjson) {
    return api::to_text(boost::json::object{{"problem", std::move(problem)}}) + "\n";
  }
  return fmt::format("event: error\ndata: {}\n\n", api::to_text(problem));
}

std::string_view heartbeat_of(EventFraming framing) {
  return framing == EventFraming::ndjson ? "\n" : ":\n\n";
}

EventStream::EventStream(AsyncStore& store, Metrics& metrics,
                         std::shared_ptr<Subscription> subscription, Options options)
    : store_(store),
      metrics_(metrics),
      subscription_(std::move(subscription)),
      options_(options),
      ended_(options_.until && subscription_->position() > *options_.until) {
  metrics_.event_stream_opened();
}

EventStream::~EventStream() {
  metrics_.event_stream_closed();
}

asio::awaitable<std::optional<std::string>> EventStream::next() {
  if (ended_) co_return std::nullopt;
  if (end_) co_return farewell(*end_);
  std::shared_ptr<Subscription> subscription = subscription_;
  Result<std::vector<Event>> events =
      co_await store_.next(std::move(subscription), limits::max_page_size,
                           options_.heartbeat_interval, asio::use_awaitable);
  if (events && !events->empty()) co_return frame_batch(*events);
  if (end_) co_return farewell(*end_);
  if (!events) co_return farewell(events.error());
  co_return std::string(heartbeat_of(options_.framing));
}

void EventStream::end(const Error& why) {
  end_ = why;
  subscription_->cancel();
}

std::string EventStream::frame_batch(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) {
    if (options_.until && event.sequence > *options_.until) break;
    text += frame_event(options_.framing, event);
  }
  ended_ = options_.until && events.back().sequence >= *options_.until;
  return text;
}

std::string EventStream::farewell(const Error& why) {
  ended_ = true;
  return frame_error(options_.framing, why);
}

}  // namespace rounds::daemon
