#include "projections/projection_database.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "core/check.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/idle_wals.hpp"
#include "eventlog/info_log.hpp"
#include "eventlog/manifest_mark.hpp"
#include "eventlog/rocksdb_status.hpp"
#include "projections/compaction_monitor.hpp"
#include "projections/index_key.hpp"

namespace rounds {
namespace {

// The meaning of the rows and keys of all projections. Raised when code changes it; an older one is
// rebuilt.
constexpr std::string_view projection_version = "1";

constexpr std::string_view version_key = "projection_version";
constexpr std::string_view log_id_key = "log_id";
constexpr std::string_view checkpoint_name = "checkpoint";
constexpr std::string_view generation_key_prefix = "generation/";

// Shared by all projections of a store: rows and index blocks that queries touch again and again.
constexpr std::size_t block_cache_bytes = 128U << 20U;
constexpr std::size_t write_buffer_bytes = 32U << 20U;
constexpr double bloom_bits_per_key = 10;

// Whether point reads ask the family for single keys; the others are scanned, and filters would not
// help them.
bool is_read_by_key(std::string_view family) {
  return family == rocksdb::kDefaultColumnFamilyName ||
         family.starts_with(to_string(Projection::signatures)) ||
         family.starts_with(to_string(Projection::fingerprints));
}

// Files of new rows that wait before they are merged into the others: each merge rewrites the rows
// of the next level, so fewer of them cost less, while reads look into a few more files.
constexpr int files_per_compaction = 8;

rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache,
                                            std::string_view name) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes;
  options.force_consistency_checks = true;
  options.compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  options.level0_file_num_compaction_trigger = files_per_compaction;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  if (is_read_by_key(name)) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(bloom_bits_per_key));
  }
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::DBOptions database_options(const std::filesystem::path& directory, rocksdb::Env* env) {
  rocksdb::DBOptions options;
  if (env != nullptr) options.env = env;
  options.create_if_missing = true;
  options.paranoid_checks = true;
  // RocksDB starts all of these at each opening, however few files there are.
  options.max_file_opening_threads = 2;
  options.verify_sst_unique_id_in_manifest = true;
  // Any earlier moment is fine: the log is read from its checkpoint.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // A failed write is never retried in place: the store is opened again.
  options.max_bgerror_resume_count = 0;
  options.info_log = make_info_log(directory);
  return options;
}

// "by_status-2": the family of by_status in generation 2.
std::string family_name(Projection projection, std::uint64_t generation) {
  return fmt::format("{}-{}", to_string(projection), generation);
}

std::string generation_key(Projection projection) {
  return fmt::format("{}{}", generation_key_prefix, to_string(projection));
}

// The generation in a family's name; 0 if there is none.
std::uint64_t generation_of(std::string_view name) {
  const auto dash = name.rfind('-');
  if (dash == std::string_view::npos) return 0;
  std::uint64_t generation = 0;
  std::from_chars(name.data() + dash + 1, name.data() + name.size(), generation);
  return generation;
}

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

std::string_view to_string(Projection projection) {
  // In the order of the enumerators.
  static constexpr std::array<std::string_view, all_projections.size()> names{
      "signatures", "fingerprints", "by_status", "by_service", "history", "stats"};
  return names[static_cast<std::size_t>(projection)];
}

Result<Projection> parse_projection(std::string_view text) {
  for (const Projection projection : all_projections) {
    if (to_string(projection) == text) return projection;
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" is not a projection; use signatures, fingerprints, by_status, "
                          "by_service, history or stats",
                          text.substr(0, 64)));
}

Result<std::unique_ptr<ProjectionDatabase>> ProjectionDatabase::open(
    const std::filesystem::path& directory, const LogId& log_id, rocksdb::Env* env) {
  const std::string doing = fmt::format("opening the projections in {}", directory.string());
  rocksdb::FileSystem& files = file_system_of(env);
  if (auto created = create_directories_durably(files, directory); !created) {
    return std::unexpected(created.error().with_context(doing));
  }
  if (auto whole = check_manifest(files, directory); !whole) {
    return std::unexpected(whole.error().with_context(doing));
  }
  std::unique_ptr<ProjectionDatabase> projections(new ProjectionDatabase);
  projections->incoming_ = directory / "incoming";
  std::error_code error;
  std::filesystem::remove_all(projections->incoming_, error);
  if (!error) std::filesystem::create_directories(projections->incoming_, error);
  if (error) {
    return fail(ErrorCode::io_error, fmt::format("cannot empty {}: {}",
                                                 projections->incoming_.string(), error.message()));
  }
  projections->compactions_ = std::make_shared<CompactionMonitor>();
  rocksdb::DBOptions options = database_options(directory, env);
  options.listeners.push_back(projections->compactions_);
  projections->manifest_mark_ = std::make_shared<ManifestMark>(files, directory);
  options.listeners.push_back(projections->manifest_mark_);
  std::vector<std::string> names;
  const auto exists = file_exists(files, directory / "CURRENT");
  if (!exists) return std::unexpected(exists.error().with_context(doing));
  if (*exists) {
    const auto status = rocksdb::DB::ListColumnFamilies(options, directory.string(), &names);
    if (!status.ok()) return std::unexpected(from_status(status, doing));
  } else {
    names.emplace_back(rocksdb::kDefaultColumnFamilyName);
  }
  projections->cache_ = rocksdb::NewLRUCache(block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(names.size());
  for (const std::string& name : names)
    families.emplace_back(name, family_options(projections->cache_, name));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* database = nullptr;
  const auto status = rocksdb::DB::Open(options, directory.string(), families, &handles, &database);
  if (!status.ok()) return std::unexpected(from_status(status, doing));
  projections->database_.reset(database);
  if (auto loaded = projections->load(log_id, handles); !loaded) {
    return std::unexpected(loaded.error().with_context(doing));
  }
  const auto dropped =
      drop_idle_wals(*projections->database_, projections->meta_, std::string(version_key));
  if (!dropped) return std::unexpected(dropped.error().with_context(doing));
  projections->manifest_mark_->note();
  return projections;
}

ProjectionDatabase::~ProjectionDatabase() {
  static_cast<void>(close());
}

Result<void> ProjectionDatabase::load(const LogId& log_id,
                                      const std::vector<rocksdb::ColumnFamilyHandle*>& handles) {
  handles_ = handles;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    last_generation_ = std::max(last_generation_, generation_of(handle->GetName()));
    if (handle->GetName() == rocksdb::kDefaultColumnFamilyName) meta_ = handle;
  }
  const auto version = get_meta(version_key);
  if (!version) return std::unexpected(version.error());
  if (!*version) return initialize(log_id);
  if (**version != projection_version) {
    return fail(
        ErrorCode::unsupported,
        fmt::format("the projections have version {}; this release has {}: rebuild them with "
                    "rounds-replay",
                    **version, projection_version));
  }
  const auto owner = get_meta(log_id_key);
  if (!owner) return std::unexpected(owner.error());
  if (!*owner || **owner != log_id.to_string()) {
    return fail(ErrorCode::corruption,
                fmt::format("the projections are those of log {}, not of log {}; rebuild them with "
                            "rounds-replay",
                            owner->value_or("(none)"), log_id.to_string()));
  }
  const auto checkpoint = get_meta(checkpoint_name);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  if (!*checkpoint || (*checkpoint)->size() != 8) {
    return fail(ErrorCode::corruption, "the checkpoint is gone; rebuild with rounds-replay");
  }
  checkpoint_ = load_big_endian(**checkpoint);
  for (const Projection projection : all_projections) {
    const auto generation = get_meta(generation_key(projection));
    if (!generation) return std::unexpected(generation.error());
    const auto found = std::ranges::find_if(handles, [&](rocksdb::ColumnFamilyHandle* handle) {
      return *generation && handle->GetName() == **generation;
    });
    if (found == handles.end()) {
      return fail(ErrorCode::corruption, fmt::format("the projection {} is gone; rebuild it with "
                                                     "rounds-replay",
                                                     to_string(projection)));
    }
    active_[static_cast<std::size_t>(projection)] = *found;
  }
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    const bool used = handle == meta_ || std::ranges::find(active_, handle) != active_.end();
    if (used) continue;
    if (auto dropped = drop_family(handle); !dropped) return dropped;
  }
  return {};
}

Result<void> ProjectionDatabase::initialize(const LogId& log_id) {
  // A killed process may have left families of a first attempt; their names are not used again.
  auto generation = create_generation();
  if (!generation) return std::unexpected(generation.error());
  active_ = *generation;
  rocksdb::WriteBatch batch;
  batch.Put(meta_, rocksdb::Slice(log_id_key), log_id.to_string());
  batch.Put(meta_, rocksdb::Slice(version_key), rocksdb::Slice(projection_version));
  batch.Put(meta_, rocksdb::Slice(checkpoint_name), checkpoint_row(0));
  for (const Projection projection : all_projections) {
    batch.Put(meta_, generation_key(projection), family_of(active_, projection)->GetName());
  }
  return check_status(database_->Write(synced(), &batch), "creating the projections");
}

Result<std::optional<std::string>> ProjectionDatabase::get_meta(std::string_view key) const {
  std::string value;
  const auto status = database_->Get({}, meta_, rocksdb::Slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return std::unexpected(from_status(status, "reading the projections' state"));
  return std::optional(std::move(value));
}

std::string_view ProjectionDatabase::checkpoint_key() {
  return checkpoint_name;
}

std::string ProjectionDatabase::checkpoint_row(Sequence checkpoint) {
  std::string bytes;
  append_big_endian(bytes, checkpoint);
  return bytes;
}

Result<void> ProjectionDatabase::write(rocksdb::WriteBatch& batch) {
  has_unsynced_writes_ = true;
  return check_status(database_->Write({}, &batch), "writing the projections");
}

Result<void> ProjectionDatabase::ingest(const std::vector<rocksdb::IngestExternalFileArg>& files) {
  for (const rocksdb::IngestExternalFileArg& file : files) {
    compactions_->wait_for_room(*database_, file.column_family);
  }
  // Ingested files survive a power cut, so what was written before them must survive as well.
  if (has_unsynced_writes_) {
    if (auto synced = check_status(database_->SyncWAL(), "syncing the projections"); !synced) {
      return synced;
    }
    has_unsynced_writes_ = false;
  }
  return check_status(database_->IngestExternalFiles(files), "taking in files of rows");
}

Result<FamilySet> ProjectionDatabase::create_generation() {
  ++last_generation_;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(all_projections.size());
  for (const Projection projection : all_projections) {
    const std::string name = family_name(projection, last_generation_);
    families.emplace_back(name, family_options(cache_, name));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> created;
  const auto status = database_->CreateColumnFamilies(families, &created);
  manifest_mark_->note();
  handles_.insert(handles_.end(), created.begin(), created.end());
  if (!status.ok()) return std::unexpected(from_status(status, "creating a generation"));
  FamilySet generation{};
  std::ranges::copy(created, generation.begin());
  return generation;
}

Result<void> ProjectionDatabase::activate(const FamilySet& generation,
                                          const std::vector<Projection>& chosen,
                                          Sequence checkpoint) {
  FamilySet next = active_;
  FamilySet unused = generation;
  rocksdb::WriteBatch batch;
  for (const Projection projection : chosen) {
    const auto index = static_cast<std::size_t>(projection);
    std::swap(next[index], unused[index]);
    batch.Put(meta_, generation_key(projection), next[index]->GetName());
  }
  batch.Put(meta_, rocksdb::Slice(checkpoint_name), checkpoint_row(checkpoint));
  // The rows themselves must be on disk before the pointer to them is.
  const auto synced_rows = database_->SyncWAL();
  if (!synced_rows.ok())
    return std::unexpected(from_status(synced_rows, "activating a generation"));
  const auto status = database_->Write(synced(), &batch);
  if (!status.ok()) return std::unexpected(from_status(status, "activating a generation"));
  active_ = next;
  checkpoint_ = checkpoint;
  return drop(unused);
}

Result<void> ProjectionDatabase::drop(const FamilySet& generation) {
  for (rocksdb::ColumnFamilyHandle* family : generation) {
    if (auto dropped = drop_family(family); !dropped) return dropped;
  }
  return {};
}

Result<void> ProjectionDatabase::drop_family(rocksdb::ColumnFamilyHandle* family) {
  ROUNDS_CHECK(std::ranges::find(active_, family) == active_.end(), "active families stay");
  const auto dropped = database_->DropColumnFamily(family);
  if (!dropped.ok()) return std::unexpected(from_status(dropped, "dropping a generation"));
  manifest_mark_->note();
  std::erase(handles_, family);
  return check_status(database_->DestroyColumnFamilyHandle(family), "dropping a generation");
}

Result<void> ProjectionDatabase::close() {
  if (!database_) return {};
  for (rocksdb::ColumnFamilyHandle* handle : handles_) database_->DestroyColumnFamilyHandle(handle);
  handles_.clear();
  const auto closed = database_->Close();
  database_.reset();
  return check_status(closed, "closing the projections");
}

}  // namespace rounds
