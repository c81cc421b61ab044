#include "tools/replay_report.hpp"

#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "api/json_text.hpp"
#include "tools/printable.hpp"
#include "tools/table.hpp"

namespace rounds::tools {
namespace {

std::string digest_text(std::uint64_t digest) {
  return fmt::format("{:016x}", digest);
}

boost::json::object to_json(const ProjectionComparison& comparison) {
  return {{"projection", to_string(comparison.projection)},
          {"entry_count", comparison.entry_count},
          {"live_digest", digest_text(comparison.live_digest)},
          {"fresh_digest", digest_text(comparison.fresh_digest)},
          {"difference_count", comparison.difference_count},
          {"differing_keys", api::json_strings(comparison.differing_keys)}};
}

}  // namespace

boost::json::object to_json(const RebuildReport& report) {
  boost::json::array rebuilt;
  for (const Projection projection : report.rebuilt) rebuilt.emplace_back(to_string(projection));
  return {{"sequence", report.sequence}, {"rebuilt", std::move(rebuilt)}};
}

std::string to_text(const RebuildReport& report, std::size_t /*columns*/) {
  std::string text = fmt::format("rebuilt from {} events:", report.sequence);
  for (const Projection projection : report.rebuilt) {
    text += fmt::format(" {}", to_string(projection));
  }
  return text + "\n";
}

boost::json::object to_json(const PastStore& past) {
  boost::json::object object{{"directory", api::json_string(past.directory.string())},
                             {"sequence", past.sequence},
                             {"time", nullptr},
                             {"last_sequence", past.last_sequence}};
  if (past.time) object["time"] = api::json_time(*past.time);
  return object;
}

std::string to_text(const PastStore& past, std::size_t /*columns*/) {
  return fmt::format("{} holds the first {} of {} events{}\n", printable(past.directory.string()),
                     past.sequence, past.last_sequence,
                     past.time ? ", the last one of " + to_rfc3339(*past.time) : "");
}

boost::json::object to_json(const RepairReport& report) {
  std::uint64_t count = 0;
  std::vector<std::string> keys;
  for (const ProjectionComparison& comparison : report.before.projections) {
    count += comparison.difference_count;
    keys.insert(keys.end(), comparison.differing_keys.begin(), comparison.differing_keys.end());
  }
  return {{"repaired", report.id.to_string()},
          {"sequence", report.before.sequence},
          {"difference_count", count},
          {"differing_keys", api::json_strings(keys)}};
}

std::string to_text(const RepairReport& report, std::size_t /*columns*/) {
  std::string text = fmt::format("repaired signature {} as of event {}; before:\n",
                                 report.id.to_string(), report.before.sequence);
  for (const ProjectionComparison& comparison : report.before.projections) {
    text += fmt::format("{}: {} of {} entries differed\n", to_string(comparison.projection),
                        comparison.difference_count, comparison.entry_count);
    for (const std::string& key : comparison.differing_keys) text += printable(key) + "\n";
  }
  return text;
}

boost::json::object to_json(const ProjectionVerification& verification) {
  boost::json::array projections;
  for (const ProjectionComparison& comparison : verification.projections) {
    projections.emplace_back(to_json(comparison));
  }
  return {{"sequence", verification.sequence},
          {"last_sequence", verification.last_sequence},
          {"equal", verification.is_equal()},
          {"projections", std::move(projections)}};
}

std::string to_text(const ProjectionVerification& verification, std::size_t columns) {
  Table table({{"PROJECTION"},
               {"ENTRIES", Align::right},
               {"DIFFERENCES", Align::right},
               {"DIGEST"},
               {"DIGEST OF A FRESH REPLAY"}});
  for (const ProjectionComparison& comparison : verification.projections) {
    table.add_row({std::string(to_string(comparison.projection)),
                   std::to_string(comparison.entry_count),
                   std::to_string(comparison.difference_count), digest_text(comparison.live_digest),
                   digest_text(comparison.fresh_digest)});
  }
  std::string text = table.to_text(columns);
  text += fmt::format("compared as of event {} of {}{}\n", verification.sequence,
                      verification.last_sequence,
                      verification.sequence < verification.last_sequence
                          ? "; what lies behind it is not in the projections on the disk yet"
                          : "");
  for (const ProjectionComparison& comparison : verification.projections) {
    for (const std::string& key : comparison.differing_keys) text += printable(key) + "\n";
    const std::uint64_t unnamed = comparison.difference_count - comparison.differing_keys.size();
    if (unnamed > 0) {
      text += fmt::format("and {} more in {}\n", unnamed, to_string(comparison.projection));
    }
  }
  if (!verification.is_equal()) text += "run rounds-replay without --verify to rebuild them\n";
  return text;
}

}  // namespace rounds::tools
