#include "projections/delta_runs.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "eventlog/file_system.hpp"
#include "projections/index_key.hpp"
#include "projections/projection_snapshot.hpp"

namespace rounds {
namespace {

static_assert(std::endian::native == std::endian::little, "runs are little-endian");

// The first word of the list of runs: another release may lay them out differently.
constexpr std::string_view list_format = "rounds-runs-1";
constexpr std::size_t max_list_bytes = 1U << 20U;

// Bounds a row, however often a signature occurred.
constexpr std::size_t sequences_per_row = 64U * 1024;

// How a row begins, behind it the changes, then the sequences as 4 bytes each.
struct RowHeader {
  Version before = 0;
  Sequence base = 0;
  std::uint64_t change_count = 0;
};

struct ChangeHeader {
  std::uint64_t count = 0;
  std::int64_t first_seen_us = 0;
  std::int64_t last_seen_us = 0;
  Version version = 0;
  Sequence last_sequence = 0;
  std::uint64_t event_bytes = 0;
};

template <typename T>
void append(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
bool take(std::string_view& in, T& value) {
  if (in.size() < sizeof(value)) return false;
  in.copy(reinterpret_cast<char*>(&value), sizeof(value));
  in.remove_prefix(sizeof(value));
  return true;
}

void append_change(std::string& row, const SignatureChange& change) {
  append(row, ChangeHeader{change.run.count, microseconds_since_epoch(change.run.first_seen),
                           microseconds_since_epoch(change.run.last_seen), change.run.version,
                           change.run.last_sequence, change.event.size()});
  row.append(change.event);
}

bool take_change(std::string_view& row, SignatureChange& change) {
  ChangeHeader header;
  if (!take(row, header) || header.event_bytes > row.size()) return false;
  change.run = {header.count, timestamp_from_microseconds(header.first_seen_us),
                timestamp_from_microseconds(header.last_seen_us), header.version,
                header.last_sequence};
  change.event = row.substr(0, header.event_bytes);
  row.remove_prefix(header.event_bytes);
  return true;
}

class MemorySource final : public DeltaSource {
 public:
  explicit MemorySource(const SignatureDeltas& deltas) : deltas_(deltas) {}

  Result<const SignatureDelta*> next() override {
    if (place_ == deltas_.size()) return nullptr;
    delta_ = deltas_.at(place_++, changes_);
    return &delta_;
  }

 private:
  const SignatureDeltas& deltas_;
  std::size_t place_ = 0;
  std::vector<SignatureChange> changes_;
  SignatureDelta delta_;
};

class RunSource final : public DeltaSource {
 public:
  explicit RunSource(std::unique_ptr<MergedRuns> runs) : runs_(std::move(runs)) {}

  Result<const SignatureDelta*> next() override {
    if (started_) {
      if (auto moved = runs_->next(); !moved) return std::unexpected(std::move(moved.error()));
    } else {
      runs_->start();
      started_ = true;
    }
    if (!runs_->valid()) return nullptr;
    if (!read(runs_->key(), runs_->value())) {
      return fail(ErrorCode::corruption,
                  "what an interrupted rebuild put aside is damaged; begin it anew");
    }
    return &delta_;
  }

 private:
  bool read(std::string_view key, std::string_view row) {
    RowHeader header;
    if (key.size() < delta_.id.bytes.size() || !take(row, header)) return false;
    std::ranges::copy(key.substr(0, delta_.id.bytes.size()), delta_.id.bytes.begin());
    changes_.clear();
    for (std::uint64_t i = 0; i < header.change_count; ++i) {
      if (!take_change(row, changes_.emplace_back())) return false;
    }
    sequences_.resize(row.size() / sizeof(std::uint32_t));
    std::memcpy(sequences_.data(), row.data(), sequences_.size() * sizeof(std::uint32_t));
    delta_.before = header.before;
    delta_.base = header.base;
    delta_.changes = changes_;
    delta_.sequences = sequences_;
    return true;
  }

  std::unique_ptr<MergedRuns> runs_;
  bool started_ = false;
  std::vector<SignatureChange> changes_;
  std::vector<std::uint32_t> sequences_;
  SignatureDelta delta_;
};

}  // namespace

std::unique_ptr<DeltaSource> make_source(const SignatureDeltas& deltas) {
  return std::make_unique<MemorySource>(deltas);
}

DeltaRuns::DeltaRuns(const rocksdb::Options& options, std::filesystem::path directory,
                     const LogId& log_id)
    : options_(options), directory_(std::move(directory)), log_id_(log_id) {}

std::string DeltaRuns::path_prefix(std::size_t run) const {
  return fmt::format("deltas-{:06}", run);
}

Result<void> DeltaRuns::load(Sequence through) {
  rocksdb::FileSystem& files = file_system_of(options_.env);
  const auto exists = file_exists(files, list_path());
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return {};
  const auto text = read_file(files, list_path(), max_list_bytes);
  if (!text) return std::unexpected(text.error());
  std::istringstream lines(*text);
  std::string format;
  std::string log_id;
  lines >> format >> log_id;
  if (format != list_format || log_id != log_id_.to_string()) return {};
  Sequence end = 0;
  std::size_t file_count = 0;
  while (lines >> end >> file_count) {
    if (end > through) break;
    Run run{end, {}};
    for (std::size_t i = 0; i < file_count; ++i) {
      run.paths.push_back(
          (directory_ / fmt::format("{}-{:06}.sst", path_prefix(runs_.size()), i)).string());
    }
    runs_.push_back(std::move(run));
  }
  return {};
}

Result<void> DeltaRuns::add(const SignatureDeltas& deltas, Sequence through) {
  TableFileWriter writer(options_, directory_, path_prefix(runs_.size()));
  std::vector<SignatureChange> changes;
  std::string row;
  for (std::size_t i = 0; i < deltas.size(); ++i) {
    const SignatureDelta delta = deltas.at(i, changes);
    for (std::size_t begin = 0; begin < delta.sequences.size(); begin += sequences_per_row) {
      const auto some = delta.sequences.subspan(
          begin, std::min(sequences_per_row, delta.sequences.size() - begin));
      row.clear();
      append(row, RowHeader{delta.before + begin, delta.base, begin == 0 ? changes.size() : 0});
      if (begin == 0) {
        for (const SignatureChange& change : changes) append_change(row, change);
      }
      row.append(reinterpret_cast<const char*>(some.data()), some.size_bytes());
      std::string key(id_key(delta.id));
      append_big_endian(key, runs_.size());
      append_big_endian(key, begin);
      if (auto added = writer.add(key, row); !added) return added;
    }
  }
  if (auto finished = writer.finish(); !finished) return finished;
  runs_.push_back({through, writer.paths()});
  std::string list = fmt::format("{} {}\n", list_format, log_id_.to_string());
  for (const Run& run : runs_) list += fmt::format("{} {}\n", run.through, run.paths.size());
  return replace_file(file_system_of(options_.env), list_path(), list);
}

Result<std::unique_ptr<DeltaSource>> DeltaRuns::read() const {
  auto merged = std::make_unique<MergedRuns>(options_);
  for (const Run& run : runs_) {
    if (auto added = merged->add(run.paths); !added) return std::unexpected(added.error());
  }
  return std::make_unique<RunSource>(std::move(merged));
}

}  // namespace rounds
