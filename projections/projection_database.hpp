// The database that holds the projections: one column family per projection and generation, and a
// checkpoint that says up to which event of the log they reach.
//
// Everything in here is derived from the log: the directory can be deleted at any time and comes
// back by reading the log. Writes are therefore not synced; after a power cut the projections are
// those of an earlier moment and catch up at open. A generation is a complete set of projections; a
// rebuild fills a new one beside the active one, then activate() flips the pointer in one write.
//
// Threads: writes belong to one thread, the projector (or the one that opens). Reads go through
// ProjectionSnapshot and may come from any thread. Snapshots must be gone before the database.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "eventlog/event_log.hpp"

namespace rounds {

class ManifestMark;

enum class Projection : std::uint8_t {
  signatures,
  fingerprints,
  by_status,
  by_service,
  history,
  stats,
};
inline constexpr std::array all_projections{Projection::signatures, Projection::fingerprints,
                                            Projection::by_status,  Projection::by_service,
                                            Projection::history,    Projection::stats};

// The name of the projection, its column families and command line arguments: "by_status".
[[nodiscard]] std::string_view to_string(Projection projection);

// Errors: invalid_argument names the text and the valid names.
[[nodiscard]] Result<Projection> parse_projection(std::string_view text);

// The column families of one generation, one for each projection. Handles are owned by the
// database.
using FamilySet = std::array<rocksdb::ColumnFamilyHandle*, all_projections.size()>;

[[nodiscard]] inline rocksdb::ColumnFamilyHandle* family_of(const FamilySet& families,
                                                            Projection projection) {
  return families[static_cast<std::size_t>(projection)];
}

class CompactionMonitor;

class ProjectionDatabase {
 public:
  // Opens or creates the projections of the log `log_id` in `directory`, on the file system of
  // `env` (null: that of the machine; must outlive the object). Drops generations that an
  // interrupted rebuild left behind.
  // Errors: in_use; corruption (also when they belong to another log); unsupported for a newer
  // format; io_error. In every case of corruption the directory may be deleted and opened anew.
  [[nodiscard]] static Result<std::unique_ptr<ProjectionDatabase>> open(
      const std::filesystem::path& directory, const LogId& log_id, rocksdb::Env* env = nullptr);
  ~ProjectionDatabase();
  ProjectionDatabase(const ProjectionDatabase&) = delete;
  ProjectionDatabase& operator=(const ProjectionDatabase&) = delete;

  [[nodiscard]] rocksdb::DB& database() const { return *database_; }
  [[nodiscard]] const FamilySet& active() const { return active_; }

  // The active projections hold every event up to this one, and none behind it.
  [[nodiscard]] Sequence checkpoint() const { return checkpoint_; }

  // The new checkpoint travels with the rows that it stands for, as a row of the family below: see
  // RowSink. It counts once they are written: note_checkpoint().
  [[nodiscard]] rocksdb::ColumnFamilyHandle* meta_family() const { return meta_; }
  [[nodiscard]] static std::string_view checkpoint_key();
  [[nodiscard]] static std::string checkpoint_row(Sequence checkpoint);
  void note_checkpoint(Sequence checkpoint) { checkpoint_ = checkpoint; }

  // Writes a batch, atomically but not synced: a power cut may take it back. Errors: io_error.
  [[nodiscard]] Result<void> write(rocksdb::WriteBatch& batch);

  // Where files for ingest() are prepared; emptied at open.
  [[nodiscard]] const std::filesystem::path& incoming_directory() const { return incoming_; }

  // Takes in files of sorted rows, for several families at once and atomically, durably. Waits
  // first, for seconds at worst, if compactions are behind. Errors: io_error.
  [[nodiscard]] Result<void> ingest(const std::vector<rocksdb::IngestExternalFileArg>& files);

  // Creates an empty generation beside the active one.
  [[nodiscard]] Result<FamilySet> create_generation();

  // Makes `chosen` of `generation` (filled up to the present checkpoint or later, no writers left)
  // the active ones in one durable write with the checkpoint, and drops the replaced and the unused
  // column families. No snapshot may be alive. Errors: io_error.
  [[nodiscard]] Result<void> activate(const FamilySet& generation,
                                      const std::vector<Projection>& chosen, Sequence checkpoint);

  // Drops a generation that is not active.
  [[nodiscard]] Result<void> drop(const FamilySet& generation);

  // Idempotent. Errors: io_error.
  [[nodiscard]] Result<void> close();

 private:
  ProjectionDatabase() = default;
  [[nodiscard]] Result<void> load(const LogId& log_id,
                                  const std::vector<rocksdb::ColumnFamilyHandle*>& handles);
  [[nodiscard]] Result<void> initialize(const LogId& log_id);
  [[nodiscard]] Result<std::optional<std::string>> get_meta(std::string_view key) const;
  [[nodiscard]] Result<void> drop_family(rocksdb::ColumnFamilyHandle* family);

  std::filesystem::path incoming_;
  std::shared_ptr<CompactionMonitor> compactions_;  // never null
  std::shared_ptr<rocksdb::Cache> cache_;           // of all families; never null
  std::shared_ptr<ManifestMark> manifest_mark_;     // never null once open
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;  // all that are open; destroyed in close()
  rocksdb::ColumnFamilyHandle* meta_ = nullptr;
  FamilySet active_{};
  Sequence checkpoint_ = 0;
  std::uint64_t last_generation_ = 0;
  bool has_unsynced_writes_ = false;
};

}  // namespace rounds
