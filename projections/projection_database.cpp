#include "projections/projection_database.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/write_batch.h>

#include "core/utf8.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/idle_wals.hpp"
#include "eventlog/info_log.hpp"
#include "eventlog/manifest_mark.hpp"
#include "eventlog/rocksdb_status.hpp"
#include "eventlog/wal_reading_env.hpp"
#include "projections/family_options.hpp"
#include "projections/index_key.hpp"
#include "projections/preloading_env.hpp"

namespace rounds {
namespace {

// The layout of the database itself: what the keys below are. 1 noted no versions of single
// projections; version_of() has those.
constexpr std::uint32_t format_version = 2;

constexpr std::string_view format_key = "projection_version";
constexpr std::string_view log_id_key = "log_id";
constexpr std::string_view checkpoint_name = "checkpoint";
constexpr std::string_view generation_key_prefix = "generation/";
constexpr std::string_view version_key_prefix = "version/";

// Shared by all projections of a store: rows and index blocks that queries touch again and again.
constexpr std::size_t block_cache_bytes = 128U << 20U;

// What a crash costs to read again at the next opening, beside the log's events, if flushing at
// once (row_batch.cpp) did not help. Families that are seldom written would keep it all otherwise.
constexpr std::uint64_t max_write_ahead_log_bytes = 96U << 20U;

// Files go to the disk as they are written, so that an fsync of the log never waits for all of one.
constexpr std::uint64_t bytes_per_sync = 1U << 20U;

rocksdb::DBOptions database_options(std::shared_ptr<rocksdb::Logger> info_log, rocksdb::Env* env) {
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
  options.max_total_wal_size = max_write_ahead_log_bytes;
  options.recycle_log_file_num = 0;  // wal_reading_env.hpp relies on it
  options.bytes_per_sync = bytes_per_sync;
  options.wal_bytes_per_sync = bytes_per_sync;
  options.info_log = std::move(info_log);
  return options;
}

// "by_status-2": the family of by_status in generation 2.
std::string family_name(Projection projection, std::uint64_t generation) {
  return fmt::format("{}-{}", to_string(projection), generation);
}

std::string generation_key(Projection projection) {
  return fmt::format("{}{}", generation_key_prefix, to_string(projection));
}

std::string version_key(Projection projection) {
  return fmt::format("{}{}", version_key_prefix, to_string(projection));
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

std::filesystem::path rebuild_directory(const std::filesystem::path& directory) {
  std::filesystem::path path = directory;
  path += ".rebuild";
  return path;
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
  projections->tables_ = rebuild_directory(directory) / "tables";
  projections->env_ =
      make_preloading_env(make_wal_reading_env(env).get(), projections->tables_.string());
  rocksdb::DBOptions options = database_options(make_info_log(directory), projections->env_.get());
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
  const auto families = families_of(names, projections->cache_);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* database = nullptr;
  const auto status = rocksdb::DB::Open(options, directory.string(), families, &handles, &database);
  if (!status.ok()) return std::unexpected(from_status(status, doing));
  projections->database_.reset(database);
  const auto has_state = projections->adopt(handles);
  if (!has_state) return std::unexpected(has_state.error().with_context(doing));
  auto loaded = *has_state ? projections->load() : projections->initialize(log_id);
  if (loaded) loaded = projections->drop_unused_families();
  if (!loaded) return std::unexpected(loaded.error().with_context(doing));
  const auto dropped =
      drop_idle_wals(*projections->database_, projections->meta_, std::string(format_key));
  if (!dropped) return std::unexpected(dropped.error().with_context(doing));
  projections->manifest_mark_->note();
  return projections;
}

Result<std::unique_ptr<ProjectionDatabase>> ProjectionDatabase::open_read_only(
    const std::filesystem::path& directory) {
  const std::string doing = fmt::format("reading the projections in {}", directory.string());
  auto opened = open_beside_writer(file_system_of(nullptr), directory,
                                   [&directory] { return read_once(directory); });
  if (!opened) return std::unexpected(opened.error().with_context(doing));
  return opened;
}

Result<std::unique_ptr<ProjectionDatabase>> ProjectionDatabase::read_once(
    const std::filesystem::path& directory) {
  rocksdb::FileSystem& files = file_system_of(nullptr);
  const auto exists = file_exists(files, directory / "CURRENT");
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return fail(ErrorCode::data_missing, "there are none; run rounds-replay");
  if (auto whole = check_manifest(files, directory); !whole) return std::unexpected(whole.error());
  std::unique_ptr<ProjectionDatabase> projections(new ProjectionDatabase);
  projections->env_ = make_wal_reading_env(nullptr);
  rocksdb::DBOptions chosen = database_options(make_silent_log(), projections->env_.get());
  chosen.create_if_missing = false;
  chosen.max_open_files = -1;  // a writer may delete files that this reader still needs
  std::vector<std::string> names;
  constexpr const char* doing = "opening them";
  auto status = rocksdb::DB::ListColumnFamilies(chosen, directory.string(), &names);
  if (!status.ok()) return std::unexpected(from_status(status, doing));
  projections->cache_ = rocksdb::NewLRUCache(block_cache_bytes);
  const auto families = families_of(names, projections->cache_);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* database = nullptr;
  // Not as a secondary: that refuses torn write-ahead logs that a writer has long recovered from.
  // All table files are open from now on, so that it does not matter when a writer deletes them.
  status = rocksdb::DB::OpenForReadOnly(chosen, directory.string(), families, &handles, &database);
  if (!status.ok()) return std::unexpected(from_status(status, doing));
  projections->database_.reset(database);
  const auto has_state = projections->adopt(handles);
  if (!has_state) return std::unexpected(has_state.error());
  if (auto loaded = projections->load(); !loaded) return std::unexpected(loaded.error());
  if (!projections->outdated_.empty()) {
    return fail(ErrorCode::data_missing,
                fmt::format("they lack the projection {} of this release: open the store with it, "
                            "or run rounds-replay",
                            to_string(projections->outdated_.front())));
  }
  return projections;
}

ProjectionDatabase::~ProjectionDatabase() {
  static_cast<void>(close());
}

Result<bool> ProjectionDatabase::adopt(const std::vector<rocksdb::ColumnFamilyHandle*>& handles) {
  handles_ = handles;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    last_generation_ = std::max(last_generation_, generation_of(handle->GetName()));
    if (handle->GetName() == rocksdb::kDefaultColumnFamilyName) meta_ = handle;
  }
  const auto version = get_meta(format_key);
  if (!version) return std::unexpected(version.error());
  return version->has_value();
}

Result<void> ProjectionDatabase::load() {
  if (auto checked = check_format(); !checked) return checked;
  const auto owner = get_meta(log_id_key);
  if (!owner) return std::unexpected(owner.error());
  const auto owner_id = SignatureId::parse(owner->value_or(""));
  if (!owner_id) {
    return fail(ErrorCode::corruption,
                "nobody knows whose projections these are; rebuild them with rounds-replay");
  }
  log_id_ = *owner_id;
  const auto checkpoint = get_meta(checkpoint_name);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  if (!*checkpoint || (*checkpoint)->size() != 8) {
    return fail(ErrorCode::corruption, "the checkpoint is gone; rebuild with rounds-replay");
  }
  checkpoint_ = load_big_endian(**checkpoint);
  return load_generations();
}

Result<void> ProjectionDatabase::check_format() const {
  const auto stored = get_meta(format_key);
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return fail(ErrorCode::data_missing, "they are being created");
  const auto version = read_version("the format of the projections", **stored, format_version);
  if (!version) return std::unexpected(version.error());
  // A projection that nobody keeps up to date would be wrong from the next write on.
  const std::unique_ptr<rocksdb::Iterator> keys(database_->NewIterator({}, meta_));
  for (keys->Seek(rocksdb::Slice(generation_key_prefix));
       keys->Valid() && keys->key().starts_with(rocksdb::Slice(generation_key_prefix));
       keys->Next()) {
    const auto name = keys->key().ToStringView().substr(generation_key_prefix.size());
    if (parse_projection(name)) continue;
    return std::unexpected(from_newer_release(
        fmt::format("this release does not know the projection {}", excerpt(name))));
  }
  return check_status(keys->status(), "reading the projections' state");
}

Result<void> ProjectionDatabase::load_generations() {
  for (const Projection projection : all_projections) {
    const auto generation = get_meta(generation_key(projection));
    if (!generation) return std::unexpected(generation.error());
    const auto version = get_meta(version_key(projection));
    if (!version) return std::unexpected(version.error());
    const auto current = is_current(projection, *version);
    if (!current) return std::unexpected(current.error());
    const auto found = std::ranges::find_if(handles_, [&](rocksdb::ColumnFamilyHandle* handle) {
      return *generation && handle->GetName() == **generation;
    });
    // An outdated one stays until another has taken its place.
    if (found != handles_.end()) active_[static_cast<std::size_t>(projection)] = *found;
    if (!*generation || !*current) {
      outdated_.push_back(projection);
    } else if (found == handles_.end()) {
      return fail(ErrorCode::corruption, fmt::format("the projection {} is gone; rebuild it with "
                                                     "rounds-replay",
                                                     to_string(projection)));
    }
  }
  return {};
}

Result<void> ProjectionDatabase::drop_unused_families() {
  const auto handles = handles_;  // dropping one changes them
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    const bool used = handle == meta_ || std::ranges::find(active_, handle) != active_.end();
    if (used) continue;
    if (auto dropped = drop_family(handle, {}); !dropped) return dropped;
  }
  release_dropped();
  return {};
}

Result<void> ProjectionDatabase::initialize(const LogId& log_id) {
  // A killed process may have left families of a first attempt; their names are not used again.
  auto generation = create_generation();
  if (!generation) return std::unexpected(generation.error());
  active_ = *generation;
  log_id_ = log_id;
  rocksdb::WriteBatch batch;
  batch.Put(meta_, rocksdb::Slice(log_id_key), log_id.to_string());
  batch.Put(meta_, rocksdb::Slice(format_key), std::to_string(format_version));
  batch.Put(meta_, rocksdb::Slice(checkpoint_name), checkpoint_row(0));
  for (const Projection projection : all_projections) {
    batch.Put(meta_, generation_key(projection), family_of(active_, projection)->GetName());
    batch.Put(meta_, version_key(projection), std::to_string(version_of(projection)));
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
  return check_status(database_->Write({}, &batch), "writing the projections");
}

Result<void> ProjectionDatabase::set_checkpoint(Sequence checkpoint) {
  rocksdb::WriteBatch batch;
  batch.Put(meta_, rocksdb::Slice(checkpoint_name), checkpoint_row(checkpoint));
  auto written = write_synced(batch);
  if (written) checkpoint_ = checkpoint;
  return written;
}

Result<void> ProjectionDatabase::write_synced(rocksdb::WriteBatch& batch) {
  return check_status(database_->Write(synced(), &batch), "writing the projections");
}

Result<FamilySet> ProjectionDatabase::create_generation(std::span<const Projection> chosen) {
  ++last_generation_;
  std::vector<std::string> names;
  names.reserve(chosen.size());
  for (const Projection projection : chosen) {
    names.push_back(family_name(projection, last_generation_));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> created;
  const auto status = database_->CreateColumnFamilies(families_of(names, cache_), &created);
  manifest_mark_->note();
  handles_.insert(handles_.end(), created.begin(), created.end());
  if (!status.ok()) return std::unexpected(from_status(status, "creating a generation"));
  FamilySet generation{};
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    generation[static_cast<std::size_t>(chosen[i])] = created[i];
  }
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
    batch.Put(meta_, version_key(projection), std::to_string(version_of(projection)));
  }
  batch.Put(meta_, rocksdb::Slice(format_key), std::to_string(format_version));
  batch.Put(meta_, rocksdb::Slice(checkpoint_name), checkpoint_row(checkpoint));
  // The rows themselves must be on disk before the pointer to them is.
  const auto synced_rows = database_->SyncWAL();
  if (!synced_rows.ok())
    return std::unexpected(from_status(synced_rows, "activating a generation"));
  const auto status = database_->Write(synced(), &batch);
  if (!status.ok()) return std::unexpected(from_status(status, "activating a generation"));
  active_ = next;
  checkpoint_ = checkpoint;
  std::erase_if(outdated_, [&](Projection projection) {
    return std::ranges::find(chosen, projection) != chosen.end();
  });
  const std::weak_ptr<const void> readers = std::exchange(readers_, std::make_shared<char>());
  for (rocksdb::ColumnFamilyHandle* family : unused) {
    if (family == nullptr) continue;
    if (auto dropped = drop_family(family, readers); !dropped) return dropped;
  }
  release_dropped();
  return {};
}

Result<void> ProjectionDatabase::close() {
  if (!database_) return {};
  for (rocksdb::ColumnFamilyHandle* handle : handles_) database_->DestroyColumnFamilyHandle(handle);
  for (const Dropped& dropped : dropped_) database_->DestroyColumnFamilyHandle(dropped.family);
  handles_.clear();
  dropped_.clear();
  const auto closed = database_->Close();
  database_.reset();
  return check_status(closed, "closing the projections");
}

}  // namespace rounds
