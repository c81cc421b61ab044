#include "ingest/sentry_envelope.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "core/sha256.hpp"
#include "core/utf8.hpp"
#include "ingest/base64.hpp"
#include "ingest/gzip.hpp"
#include "ingest/json_access.hpp"
#include "ingest/repetition_keys.hpp"
#include "ingest/sentry_event.hpp"
#include "ingest/sentry_json.hpp"

namespace rounds {
namespace {

namespace json = boost::json;

constexpr std::string_view event_type = "event";
constexpr std::size_t event_id_digits = 32;

// Removes the first line from `text` and returns it without its newline.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

struct ItemHeader {
  std::string type;
  std::optional<std::uint64_t> length;
};

Result<ItemHeader> read_item_header(std::string_view line) {
  if (line.size() > max_sentry_header_bytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the header of an item has {} bytes; the limit is {}", line.size(),
                            max_sentry_header_bytes));
  }
  json::monotonic_resource memory;
  const auto document = sentry::parse_json(line, &memory);
  if (!document) return std::unexpected(document.error().with_context("the header of an item"));
  const auto object = json_access::as_object(*document, json_access::Path());
  if (!object) return std::unexpected(object.error().with_context("the header of an item"));
  ItemHeader header;
  header.type = sentry::string_in(**object, "type");
  if (header.type.empty()) {
    return fail(ErrorCode::invalid_argument, "the header of an item has no type");
  }
  if (const auto length = sentry::integer_in(**object, "length"); length && *length >= 0) {
    header.length = static_cast<std::uint64_t>(*length);
  }
  return header;
}

// Removes the payload of an item from the front of `rest`. A length that does not end at the end of
// a line or of the body is wrong; the payload is then the line, as if there were no length.
std::string_view take_payload(std::string_view& rest, std::optional<std::uint64_t> length) {
  const bool fits =
      length && *length <= rest.size() && (*length == rest.size() || rest[*length] == '\n');
  if (!fits) return take_line(rest);
  const std::string_view payload = rest.substr(0, *length);
  rest.remove_prefix(std::min<std::size_t>(*length + 1, rest.size()));
  return payload;
}

// Collects what the items of one body hold.
class Collector {
 public:
  Collector(std::string_view project, Timestamp received_at)
      : project_(project), received_at_(received_at) {
    ROUNDS_CHECK(is_valid(received_at), "the time of receipt comes from a clock of our own");
  }

  void set_event_id(const std::string& event_id) {
    id_in_header_ = event_id;
    batch_.event_id = event_id;
  }

  void skip() { ++batch_.skipped_count; }

  void add_damage(const Error& why) {
    ++batch_.damaged_count;
    if (batch_.damage.empty()) batch_.damage = why.message;
  }

  // Errors: why the event is damaged; nothing of it is in the batch then.
  [[nodiscard]] Result<void> add_event(std::string_view payload) {
    if (payload.size() > max_sentry_event_bytes) {
      return fail(ErrorCode::too_large, fmt::format("an event of {} bytes; the limit is {}",
                                                    payload.size(), max_sentry_event_bytes));
    }
    auto event = sentry::read_event(payload, project_, received_at_);
    if (!event) return std::unexpected(event.error().with_context("an event"));
    const OccurrenceKeys keys = keys_of(*event, payload);
    if (batch_.event_id.empty()) {
      batch_.event_id = event->id.empty() ? make_event_id(payload) : std::move(event->id);
    }
    if (event->kind == sentry::EventKind::error) {
      batch_.occurrences.push_back(std::move(event->occurrence));
      batch_.keys.push_back(keys);
    } else if (event->kind == sentry::EventKind::below_error) {
      ++batch_.below_error_count;
    } else {
      ++batch_.skipped_count;
    }
    return {};
  }

  [[nodiscard]] SentryBatch take() { return std::move(batch_); }

 private:
  // The id alone would do for the SDKs; whoever writes events by hand may use one for all of them.
  [[nodiscard]] OccurrenceKeys keys_of(const sentry::Event& event, std::string_view payload) const {
    const std::string& id = event.id.empty() ? id_in_header_ : event.id;
    if (id.empty()) return {};
    RepetitionHasher hasher;
    hasher.add(project_);
    hasher.add(id);
    hasher.add(payload);
    return {hasher.key(), {}, OccurrenceSource::log_record};
  }

  [[nodiscard]] std::string make_event_id(std::string_view payload) const {
    const std::string text = fmt::format("{}\n{}", microseconds_since_epoch(received_at_), payload);
    return sha256_hex(text).substr(0, event_id_digits);
  }

  std::string_view project_;
  Timestamp received_at_;
  std::string id_in_header_;  // of the envelope
  SentryBatch batch_;
};

static_assert(max_sentry_items <= limits::max_occurrences_per_submission);

void read_items(std::string_view rest, Collector& collector) {
  // After a damaged header nothing says what is payload, so each line is tried as a header; those
  // that are none count as the one damaged item.
  bool in_damage = false;
  std::size_t items = 0;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (is_blank(line)) continue;
    if (items == max_sentry_items) {
      collector.add_damage({ErrorCode::too_large,
                            fmt::format("more than {} items in one envelope", max_sentry_items)});
      return;
    }
    const auto header = read_item_header(line);
    if (!header) {
      if (!in_damage) collector.add_damage(header.error());
      in_damage = true;
      continue;
    }
    ++items;
    in_damage = false;
    const std::string_view payload = take_payload(rest, header->length);
    if (header->type != event_type) {
      collector.skip();
    } else if (const auto added = collector.add_event(payload); !added) {
      collector.add_damage(added.error());
    }
  }
}

// The header line of an envelope as JSON; the value lives in `memory`.
Result<json::value> parse_envelope_header(std::string_view line, json::monotonic_resource& memory) {
  if (line.size() > max_sentry_header_bytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the header of the envelope has {} bytes; the limit is {}", line.size(),
                            max_sentry_header_bytes));
  }
  auto document = sentry::parse_json(line, &memory);
  if (!document) return std::unexpected(document.error().with_context("the envelope's first line"));
  if (!document->is_object()) {
    return fail(ErrorCode::invalid_argument, "the first line of an envelope must be a JSON object");
  }
  return document;
}

// The content of the oldest form: deflate in base64.
Result<std::string> unpack_event(std::string_view body) {
  const auto bytes = decode_base64(body);
  if (!bytes) return fail(ErrorCode::invalid_argument, "the event is neither JSON nor base64");
  return undeflate(*bytes, max_sentry_event_bytes);
}

std::string_view without_spaces(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
  text.remove_suffix(text.size() - std::min(text.find_last_not_of(spaces) + 1, text.size()));
  return text;
}

}  // namespace

Result<SentryBatch> decode_sentry_envelope(std::string_view body, std::string_view project,
                                           Timestamp received_at) {
  Collector collector(project, received_at);
  {
    json::monotonic_resource memory;
    const auto header = parse_envelope_header(take_line(body), memory);
    if (!header) return std::unexpected(header.error());
    collector.set_event_id(
        sentry::event_id_of(sentry::string_in(header->get_object(), "event_id")));
  }
  read_items(body, collector);
  return collector.take();
}

Result<SentryBatch> decode_sentry_event(std::string_view body, std::string_view project,
                                        Timestamp received_at) {
  Collector collector(project, received_at);
  body = without_spaces(body);
  std::string unpacked;
  if (!body.starts_with('{')) {
    auto content = unpack_event(body);
    if (!content) return std::unexpected(std::move(content.error()));
    unpacked = *std::move(content);
    body = unpacked;
  }
  if (const auto added = collector.add_event(body); !added) return std::unexpected(added.error());
  return collector.take();
}

std::string_view sentry_key_in_field(std::string_view field) {
  constexpr std::string_view scheme = "sentry";
  const auto is_same = [](char a, char b) { return (a | 0x20) == b; };
  if (!std::ranges::equal(field.substr(0, scheme.size()), scheme, is_same)) return {};
  field.remove_prefix(scheme.size());
  while (!field.empty()) {
    const std::size_t end = std::min(field.find(','), field.size());
    std::string_view part = without_spaces(field.substr(0, end));
    field.remove_prefix(std::min(end + 1, field.size()));
    constexpr std::string_view name = "sentry_key=";
    if (part.starts_with(name)) return part.substr(name.size());
  }
  return {};
}

std::string sentry_key_in_envelope(std::string_view body) {
  json::monotonic_resource memory;
  const auto header = parse_envelope_header(take_line(body), memory);
  if (!header) return {};
  std::string_view dsn = sentry::string_in(header->get_object(), "dsn");
  const std::size_t scheme_end = dsn.find("://");
  if (scheme_end == std::string_view::npos) return {};
  dsn.remove_prefix(scheme_end + 3);
  const std::size_t key_end = dsn.substr(0, dsn.find('/')).find_last_of('@');
  if (key_end == std::string_view::npos) return {};
  // "KEY:SECRET@" of older DSNs.
  return std::string(dsn.substr(0, std::min(key_end, dsn.find(':'))));
}

}  // namespace rounds
