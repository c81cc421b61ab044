// The database that holds the projections: one column family per projection and generation, and a
// checkpoint that says up to which event of the log they reach.
//
// Everything in here is derived from the log: the directory can be deleted at any time and comes
// back by reading the log. Writes are therefore not synced; after a power cut the projections are
// those of an earlier moment and catch up at open. A generation is a complete set of projections; a
// rebuild fills a new one beside the active one, then activate() flips the pointer in one write.
//
// Threads: writes belong to one thread, the projector (or the one that opens), and so does
// dropping; another one may create a generation and fill it. Reads go through ProjectionSnapshot
// and may come from any thread. Snapshots must be gone before the database.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "eventlog/event_log.hpp"
#include "projections/projection.hpp"

namespace rounds {

class ManifestMark;

// The column families of one generation, one for each projection; null for those that it does not
// have. Handles are owned by the database.
using FamilySet = std::array<rocksdb::ColumnFamilyHandle*, all_projections.size()>;

[[nodiscard]] inline rocksdb::ColumnFamilyHandle* family_of(const FamilySet& families,
                                                            Projection projection) {
  return families[static_cast<std::size_t>(projection)];
}

// Beside the projections in `directory`: what a rebuild of them puts aside. May be deleted while
// none is running.
[[nodiscard]] std::filesystem::path rebuild_directory(const std::filesystem::path& directory);

class ProjectionDatabase {
 public:
  // Opens the projections in `directory`, whichever log they are of, or creates those of the log
  // `log_id`; on the file system of `env` (null: that of the machine; must outlive the object).
  // Drops generations that an interrupted rebuild left behind. open_projections() is what to call
  // for projections that are to be used.
  // Errors: in_use; corruption; unsupported for projections of a newer release, of which nothing is
  // changed; io_error. In every case of corruption the directory may be deleted and opened anew.
  [[nodiscard]] static Result<std::unique_ptr<ProjectionDatabase>> open(
      const std::filesystem::path& directory, const LogId& log_id, rocksdb::Env* env = nullptr);

  // Opens the projections in `directory` as they are on the disk now, for reading only, also while
  // another process writes them: as of the last checkpoint that reached it. Writes nothing. The
  // file system is that of the machine. Errors: data_missing if there are none, or some are
  // outdated(); corruption; unsupported for those of a newer release; unavailable if a writer
  // changes files faster than they can be opened; io_error.
  [[nodiscard]] static Result<std::unique_ptr<ProjectionDatabase>> open_read_only(
      const std::filesystem::path& directory);
  ~ProjectionDatabase();
  ProjectionDatabase(const ProjectionDatabase&) = delete;
  ProjectionDatabase& operator=(const ProjectionDatabase&) = delete;

  // The log that they were derived from.
  [[nodiscard]] const LogId& log_id() const { return log_id_; }

  [[nodiscard]] rocksdb::DB& database() const { return *database_; }
  [[nodiscard]] const FamilySet& active() const { return active_; }

  // Those that an earlier release wrote in another way or not at all, in the order of
  // all_projections. Until activate() has put others in their place, none of them may be read or
  // written. The thread that writes.
  [[nodiscard]] const std::vector<Projection>& outdated() const { return outdated_; }

  // The active projections hold every event up to this one, and none behind it. Any thread.
  [[nodiscard]] Sequence checkpoint() const { return checkpoint_; }

  // Whoever reads keeps this as long: dropped families live until nobody has it. Not while
  // activate() runs.
  [[nodiscard]] std::shared_ptr<const void> readers() const { return readers_; }

  // Frees the families that were dropped and that nobody reads any more. The thread of activate().
  void release_dropped();

  // The new checkpoint travels with the rows that it stands for, as a row of the family below: see
  // RowBatch. It counts once they are written: note_checkpoint().
  [[nodiscard]] rocksdb::ColumnFamilyHandle* meta_family() const { return meta_; }
  [[nodiscard]] static std::string_view checkpoint_key();
  [[nodiscard]] static std::string checkpoint_row(Sequence checkpoint);
  void note_checkpoint(Sequence checkpoint) { checkpoint_ = checkpoint; }

  // Writes a batch, atomically but not synced: a power cut may take it back. Errors: io_error.
  [[nodiscard]] Result<void> write(rocksdb::WriteBatch& batch);

  // The same, durable on return.
  [[nodiscard]] Result<void> write_synced(rocksdb::WriteBatch& batch);

  // How the tables of a family are to be written, for TableFileWriter.
  [[nodiscard]] rocksdb::Options table_options(rocksdb::ColumnFamilyHandle* family) const;

  // The file system that the database is on.
  [[nodiscard]] rocksdb::FileSystem& file_system() const { return *env_->GetFileSystem(); }

  // Where those tables are to be written.
  [[nodiscard]] const std::filesystem::path& tables_directory() const { return tables_; }

  // Takes sorted files of tables_directory() into a family of a generation that is empty and that
  // nobody else writes; they are gone from there then. Durable on return. Errors: corruption,
  // io_error.
  [[nodiscard]] Result<void> ingest(rocksdb::ColumnFamilyHandle* family,
                                    const std::vector<std::string>& paths);

  // Durably sets the checkpoint of active families that were filled by ingest(). Errors: io_error.
  [[nodiscard]] Result<void> set_checkpoint(Sequence checkpoint);

  // Creates an empty generation beside the active one, which has a family for each of `chosen`.
  [[nodiscard]] Result<FamilySet> create_generation(
      std::span<const Projection> chosen = all_projections);

  // Makes `chosen` of `generation` (filled up to the present checkpoint or later, no writers left)
  // the active ones in one durable write with their versions and the checkpoint, and drops the
  // replaced and the unused column families; snapshots that are alive still read them. Errors:
  // io_error.
  [[nodiscard]] Result<void> activate(const FamilySet& generation,
                                      const std::vector<Projection>& chosen, Sequence checkpoint);

  // Drops a generation that is not active and that nobody reads.
  [[nodiscard]] Result<void> drop(const FamilySet& generation);

  // Idempotent. Errors: io_error.
  [[nodiscard]] Result<void> close();

 private:
  ProjectionDatabase() = default;
  [[nodiscard]] static Result<std::unique_ptr<ProjectionDatabase>> read_once(
      const std::filesystem::path& directory);
  // Takes the handles over. Whether there is a state to load().
  [[nodiscard]] Result<bool> adopt(const std::vector<rocksdb::ColumnFamilyHandle*>& handles);
  [[nodiscard]] Result<void> load();
  [[nodiscard]] Result<void> check_format() const;
  [[nodiscard]] Result<void> load_generations();
  [[nodiscard]] Result<void> drop_unused_families();
  [[nodiscard]] Result<void> initialize(const LogId& log_id);
  [[nodiscard]] Result<std::optional<std::string>> get_meta(std::string_view key) const;
  [[nodiscard]] Result<void> drop_family(rocksdb::ColumnFamilyHandle* family,
                                         std::weak_ptr<const void> readers);

  std::filesystem::path tables_;
  std::unique_ptr<rocksdb::Env> env_;            // of database_
  std::shared_ptr<rocksdb::Cache> cache_;        // of all families; never null
  std::shared_ptr<ManifestMark> manifest_mark_;  // null when opened for reading
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;  // all that are open; destroyed in close()
  rocksdb::ColumnFamilyHandle* meta_ = nullptr;
  FamilySet active_{};
  std::vector<Projection> outdated_;
  // Dropped, but perhaps read by those who have `readers`.
  struct Dropped {
    std::weak_ptr<const void> readers;
    rocksdb::ColumnFamilyHandle* family;
  };
  std::vector<Dropped> dropped_;
  std::shared_ptr<const void> readers_ = std::make_shared<char>();
  LogId log_id_;
  std::atomic<Sequence> checkpoint_ = 0;
  std::uint64_t last_generation_ = 0;
};

}  // namespace rounds
