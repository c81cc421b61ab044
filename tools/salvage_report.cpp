#include "tools/salvage_report.hpp"

#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "tools/log_report.hpp"
#include "tools/printable.hpp"

namespace rounds::tools {
namespace {

boost::json::value error_or_null(const std::optional<Error>& error) {
  if (!error) return nullptr;
  return error_to_json(*error);
}

// What became of one signature.
std::string describe(const IncompleteSignature& signature) {
  std::string text = fmt::format("signature {}: ", signature.id.to_string());
  text += signature.kept == 0 ? "left out" : fmt::format("ends with version {}", signature.kept);
  const std::uint64_t behind = signature.known - signature.kept - signature.unreadable;
  text += fmt::format(" of {}; {} lost", signature.known, signature.unreadable);
  if (behind > 0) text += fmt::format(", {} behind a gap", behind);
  return text + "\n";
}

}  // namespace

boost::json::object to_json(const SalvageReport& report) {
  boost::json::array left_out;
  for (const SequenceRange& range : report.left_out) {
    left_out.emplace_back(boost::json::object{{"first", range.first}, {"last", range.last}});
  }
  boost::json::array signatures;
  for (const IncompleteSignature& signature : report.incomplete_signatures) {
    signatures.emplace_back(
        boost::json::object{{"id", signature.id.to_string()},
                            {"kept_version", signature.kept},
                            {"known_version", signature.known},
                            {"unreadable_version_count", signature.unreadable}});
  }
  return {{"complete", report.is_complete()},
          {"kept_event_count", report.kept_event_count},
          {"known_event_count", report.known_event_count},
          {"left_out", std::move(left_out)},
          {"incomplete_signatures", std::move(signatures)},
          {"unattributed_event_count", report.unattributed_event_count},
          {"projections", boost::json::object{{"sequence", report.projections_sequence},
                                              {"error", error_or_null(report.projections_unread)}}},
          {"copied_because", error_or_null(report.copied_because)},
          {"log", to_json(report.log)}};
}

std::string to_text(const SalvageReport& report) {
  std::string text;
  for (const LogDamage& damage : report.log.damages) {
    text += fmt::format("damaged: {}: {}\n", events_text(damage.first, damage.last),
                        printable(damage.error.message));
  }
  if (report.log.damage_count > report.log.damages.size()) {
    text +=
        fmt::format("and {} more places\n", report.log.damage_count - report.log.damages.size());
  }
  if (report.copied_because) {
    text += fmt::format("read from a repaired copy, since the log does not open: {}\n",
                        printable(report.copied_because->message));
  }
  for (const SequenceRange& range : report.left_out) {
    text += fmt::format("left out: {}\n", events_text(range.first, range.last));
  }
  for (const IncompleteSignature& signature : report.incomplete_signatures) {
    text += describe(signature);
  }
  if (report.unattributed_event_count > 0) {
    text += fmt::format(
        "{} of the lost events are of signatures that nothing tells of{}\n",
        report.unattributed_event_count,
        report.projections_unread
            ? ": " + printable(report.projections_unread->message)
            : fmt::format("; the rows tell up to event {}", report.projections_sequence));
  }
  text += fmt::format("kept {} of {} events", report.kept_event_count, report.known_event_count);
  if (!report.is_complete()) text += ", with new sequences from 1 on";
  return text + "\n";
}

}  // namespace rounds::tools
