#include "tools/views.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tools/table.hpp"

namespace rounds::tools {
namespace {

// A table of names and values.
class Sheet {
 public:
  void add(std::string_view name, const std::string& value) {
    table_.add_row({std::string(name), value});
  }
  [[nodiscard]] std::string to_text() const { return table_.to_text(0); }

 private:
  Table table_{{Column{}, Column{}}};
};

std::string text_of(std::string_view text) {
  return std::string(text);
}

// To the second: microseconds are for --json.
std::string short_time(Timestamp time) {
  constexpr std::size_t whole_seconds = sizeof("2026-01-01T00:00:00") - 1;
  return to_rfc3339(time).substr(0, whole_seconds) + "Z";
}

std::string occurrences_text(const OccurrenceSummary& occurrences) {
  std::string text =
      fmt::format("{} occurrence{}", occurrences.count, occurrences.count == 1 ? "" : "s");
  if (!occurrences.exemplars.empty()) text += ": " + occurrences.exemplars.front().message;
  return text;
}

std::string diagnosis_text(const Diagnosis& diagnosis) {
  return fmt::format("{} ({} confidence, {})", diagnosis.root_cause,
                     to_string(diagnosis.confidence), diagnosis.model);
}

// What an event says beyond its kind.
struct Details {
  std::string operator()(const SignatureDetected& event) const {
    return occurrences_text(event.occurrences);
  }
  std::string operator()(const OccurrencesRecorded& event) const {
    return occurrences_text(event.occurrences);
  }
  std::string operator()(const SignatureDiagnosed& event) const {
    return diagnosis_text(*event.diagnosis);
  }
  std::string operator()(const SignatureResolved& event) const {
    std::string fix = event.fix.value_or("");
    if (!event.release) return fix;
    return fmt::format("in release {}{}{}", *event.release, fix.empty() ? "" : ": ", fix);
  }
  std::string operator()(const SignatureRestored& event) const {
    return "to " + text_of(to_string(event.status));
  }
  std::string operator()(const TagsChanged& event) const {
    std::vector<std::string> changes;
    changes.reserve(event.added.size() + event.removed.size());
    for (const std::string& tag : event.added) changes.push_back("+" + tag);
    for (const std::string& tag : event.removed) changes.push_back("-" + tag);
    return fmt::format("{}", fmt::join(changes, " "));
  }
  std::string operator()(const SignatureImported& event) const {
    return fmt::format("{} occurrences, {}", event.signature.occurrence_count,
                       to_string(event.signature.status));
  }
  std::string operator()(const FingerprintsAdded& event) const {
    return fmt::format("{}", fmt::join(event.fingerprints, ", "));
  }
  std::string operator()(const SignatureRegressed&) const { return {}; }
  std::string operator()(const InvestigationStarted&) const { return {}; }
  std::string operator()(const InvestigationReverted&) const { return {}; }
  std::string operator()(const SignatureMuted&) const { return {}; }
  std::string operator()(const SignatureRetriaged&) const { return {}; }
};

std::string kind_text(const EventPayload& payload) {
  std::string text(kind_name(payload));
  std::ranges::replace(text, '_', ' ');
  return text;
}

void add_diagnosis(Sheet& sheet, const Diagnosis& diagnosis) {
  sheet.add("root cause", diagnosis.root_cause);
  for (const std::string& evidence : diagnosis.evidence) sheet.add("evidence", evidence);
  sheet.add("suggested fix", diagnosis.suggested_fix);
  sheet.add("confidence", text_of(to_string(diagnosis.confidence)));
  sheet.add("diagnosed at", to_rfc3339(diagnosis.diagnosed_at));
  sheet.add("model", diagnosis.model);
  sheet.add("cost", fmt::format("{} USD", diagnosis.cost_usd));
}

std::string age_text(Timestamp first, Timestamp now) {
  const auto age =
      std::max(std::chrono::floor<std::chrono::minutes>(now - first), std::chrono::minutes{0});
  const auto minutes = age.count();
  constexpr auto per_hour = 60;
  constexpr auto per_day = 24 * per_hour;
  return fmt::format("{} d {} h {} min", minutes / per_day, minutes % per_day / per_hour,
                     minutes % per_hour);
}

}  // namespace

std::string signatures_table(std::span<const Signature> signatures, std::size_t columns) {
  Table table({{"ID"},
               {"STATUS"},
               {"COUNT", Align::right},
               {"LAST SEEN"},
               {"SERVICE", Align::left, true},
               {"ERROR TYPE", Align::left, true},
               {"MESSAGE", Align::left, true}});
  for (const Signature& signature : signatures) {
    table.add_row({signature.id.to_string(), text_of(to_string(signature.status)),
                   std::to_string(signature.occurrence_count), short_time(signature.last_seen),
                   signature.identity->service, signature.identity->error_type,
                   signature.identity->message_template});
  }
  return table.to_text(columns);
}

std::string signature_sheet(const Signature& signature) {
  const SignatureIdentity& identity = *signature.identity;
  Sheet sheet;
  sheet.add("id", signature.id.to_string());
  sheet.add("fingerprint", identity.fingerprint);
  for (const std::string& alias : aliases_of(signature)) sheet.add("also answers to", alias);
  sheet.add("status", text_of(to_string(signature.status)));
  sheet.add("service", identity.service);
  sheet.add("error type", identity.error_type);
  sheet.add("message", identity.message_template);
  sheet.add("stack hash", identity.stack_hash);
  sheet.add("occurrences", std::to_string(signature.occurrence_count));
  sheet.add("first seen", to_rfc3339(signature.first_seen));
  sheet.add("last seen", to_rfc3339(signature.last_seen));
  sheet.add("tags", fmt::format("{}", fmt::join(signature.tags, ", ")));
  sheet.add("version", std::to_string(signature.version));
  if (signature.diagnosis) add_diagnosis(sheet, *signature.diagnosis);
  return sheet.to_text();
}

std::string events_table(std::span<const Event> events, std::size_t columns) {
  Table table({{"VERSION", Align::right},
               {"TIME"},
               {"EVENT"},
               {"ACTOR", Align::left, true},
               {"DETAILS", Align::left, true},
               {"REASON", Align::left, true}});
  for (const Event& event : events) {
    table.add_row({std::to_string(event.version), short_time(event.time), kind_text(event.payload),
                   event.provenance.actor, std::visit(Details{}, event.payload),
                   event.provenance.reason});
  }
  return table.to_text(columns);
}

std::string stats_sheet(const StoreStats& stats, std::optional<Timestamp> now) {
  Sheet sheet;
  sheet.add("signatures", std::to_string(stats.signature_count));
  sheet.add("occurrences", std::to_string(stats.occurrence_count));
  sheet.add("occurrences per signature", fmt::format("{:.1f}", stats.mean_occurrence_count()));
  if (stats.oldest_first_seen) {
    sheet.add("oldest first seen", to_rfc3339(*stats.oldest_first_seen));
    if (now) sheet.add("age of the oldest", age_text(*stats.oldest_first_seen, *now));
  }
  for (const Status status : all_statuses) {
    const auto found = stats.by_status.find(status);
    const std::uint64_t count = found == stats.by_status.end() ? 0 : found->second;
    sheet.add(fmt::format("status {}", to_string(status)), std::to_string(count));
  }
  for (const auto& [service, count] : stats.by_service) {
    sheet.add(fmt::format("service {}", service), std::to_string(count));
  }
  sheet.add("events in the log", std::to_string(stats.sequence));
  return sheet.to_text();
}

}  // namespace rounds::tools
