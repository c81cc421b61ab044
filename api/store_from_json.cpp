#include <utility>

#include "api/event_json.hpp"
#include "api/json_reader.hpp"
#include "api/signature_json.hpp"
#include "api/store_json.hpp"

namespace rounds::api {
namespace {

using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

// An object of names and counts.
Result<Counts> counts_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the counts");
  Counts counts;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      counts.emplace_back(member.key(), reader.count(member.key()));
    }
  }
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return counts;
}

// The member "next_cursor", read by `parse`; none if it is null.
template <typename Parse>
auto read_next_cursor(ObjectReader& reader, Parse parse) {
  using Cursor = typename decltype(parse(std::string_view{}))::value_type;
  std::optional<Cursor> next;
  if (reader.optional_value("next_cursor") != nullptr) next = reader.parsed("next_cursor", parse);
  return next;
}

}  // namespace

Result<SignaturePage> page_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the page");
  SignaturePage page;
  page.signatures = reader.list("signatures", signature_from_json);
  page.next = read_next_cursor(reader, PageCursor::decode);
  page.sequence = reader.count("sequence");
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return page;
}

Result<std::vector<Signature>> signatures_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the answer");
  std::vector<Signature> signatures = reader.list("signatures", signature_from_json);
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return signatures;
}

Result<HistoryPage> history_page_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the history");
  HistoryPage page;
  page.events = reader.list("events", event_from_json);
  page.next = read_next_cursor(reader, history_cursor_from_text);
  page.sequence = reader.count("sequence");
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return page;
}

Result<StoreStats> stats_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the statistics");
  StoreStats stats;
  stats.signature_count = reader.count("total");
  stats.occurrence_count = reader.count("occurrence_count");
  for (const auto& [name, count] : reader.nested("by_status", counts_from_json)) {
    const auto status = parse_status(name);
    // A newer server may know more statuses; a table of those that are known is still right.
    if (status && count > 0) stats.by_status[*status] = count;
  }
  for (auto& [service, count] : reader.nested("by_service", counts_from_json)) {
    stats.by_service[service] = count;
  }
  stats.oldest_first_seen = reader.optional_time("oldest_first_seen");
  stats.sequence = reader.count("sequence");
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return stats;
}

}  // namespace rounds::api
