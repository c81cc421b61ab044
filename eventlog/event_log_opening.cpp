// Opening a log: what must be there, and whether it is what was acknowledged.
#include <charconv>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include "core/check.hpp"
#include "core/clock.hpp"
#include "core/utf8.hpp"
#include "eventlog/event_log.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/idle_wals.hpp"
#include "eventlog/log_database.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

constexpr std::string_view advice =
    "run rounds verify to see what is affected, and restore a backup";

std::string describe_opening(const std::filesystem::path& directory) {
  return fmt::format("opening the log in {}", directory.string());
}

// RocksDB takes a directory without CURRENT for an empty one, and deletes the files in it.
Result<void> check_absent(rocksdb::FileSystem& files, const std::filesystem::path& directory,
                          const std::optional<Watermark>& watermark) {
  if (watermark && watermark->sequence > 0) {
    return fail(ErrorCode::corruption,
                fmt::format("the log is gone: there is no CURRENT in {}, but {} events were "
                            "acknowledged; {}",
                            directory.string(), watermark->sequence, advice));
  }
  std::vector<std::string> names;
  const auto listed = files.GetChildren(directory.string(), {}, &names, nullptr);
  if (!listed.ok() && !listed.IsNotFound() && !listed.IsPathNotFound()) {
    return std::unexpected(from_status(listed, "looking for a log"));
  }
  for (const std::string& name : names) {
    if (!name.ends_with(".sst") && !name.ends_with(".log")) continue;
    return fail(ErrorCode::corruption,
                fmt::format("{} holds {}, but the file CURRENT that leads to it is gone; restore a "
                            "backup",
                            directory.string(), name));
  }
  return {};
}

std::unexpected<Error> not_there(const std::filesystem::path& directory) {
  return fail(ErrorCode::data_missing,
              fmt::format("there is no event log in {}; name the data directory of a store",
                          directory.string()));
}

}  // namespace

std::string LogOpening::describe() const {
  switch (found) {
    case Found::nothing:
      return "a new log was created";
    case Found::closed:
      return fmt::format("the log ends with event {}, as it was closed", last_sequence);
    case Found::interrupted:
      return fmt::format(
          "the log was not closed: its process or machine stopped. It ends with event {}; all "
          "events up to {} were acknowledged and are there, {} behind them were kept{}",
          last_sequence, watermark_sequence, last_sequence - watermark_sequence,
          torn_end ? "; the torn end behind those was never acknowledged and was dropped" : "");
    case Found::without_watermark:
      return fmt::format("the log ends with event {} and had no watermark: it has one now",
                         last_sequence);
    case Found::renewed:
      return fmt::format(
          "the log was accepted as it is and ends with event {}; its watermark said "
          "{}",
          last_sequence, watermark_sequence);
  }
  ROUNDS_UNREACHABLE("LogOpening::Found outside its enumerators");
}

Result<std::unique_ptr<EventLog>> EventLog::open(const std::filesystem::path& directory,
                                                 const EventLogOptions& options) {
  const std::string doing = describe_opening(directory);
  const auto in_context = [&](const Error& error) {
    return std::unexpected(error.with_context(doing));
  };
  rocksdb::FileSystem& files = file_system_of(options.env);
  const auto exists = file_exists(files, directory / "CURRENT");
  if (!exists) return in_context(exists.error());
  if (!*exists && !options.create_if_missing) return not_there(directory);
  const std::filesystem::path mark_path = watermark_path(directory);
  auto watermark = read_watermark(files, mark_path);
  if (!watermark && options.renew_watermark) watermark = std::nullopt;
  if (!watermark) {
    return in_context({watermark.error().code,
                       fmt::format("{}; if rounds verify finds the log whole, run rounds verify "
                                   "--renew-watermark",
                                   watermark.error().message)});
  }
  if (!*exists) {
    if (auto absent = check_absent(files, directory, *watermark); !absent) {
      return in_context(absent.error());
    }
    if (auto created = create_directories_durably(files, directory); !created) {
      return in_context(created.error());
    }
  }
  auto database = open_log_database(directory, options, *watermark);
  if (!database) return in_context(database.error());
  const bool torn_end = database->torn_end;
  std::unique_ptr<EventLog> log(new EventLog);
  log->adopt(*std::move(database));
  const auto format = log->load_format();
  if (!format) return in_context(format.error());
  if (auto loaded = log->load_end(); !loaded) return in_context(loaded.error());
  const auto identified = log->load_identity();
  if (!identified) return in_context(identified.error());
  if (!options.renew_watermark) {
    if (auto checked = log->check_acknowledged(*watermark, mark_path); !checked) {
      return in_context(checked.error());
    }
    log->note_opening(*watermark);
  } else {
    log->opening_ = {LogOpening::Found::renewed, log->last_sequence(),
                     *watermark ? (*watermark)->sequence : 0};
  }
  log->opening_.torn_end = torn_end;
  if (!*identified) {
    if (auto created = log->create_identity(); !created) return in_context(created.error());
  } else if (*format != log_format_version) {
    if (auto raised = log->raise_format(); !raised) return in_context(raised.error());
  }
  if (auto dropped = drop_idle_wals(*log->database_, log->meta_, format_version_key); !dropped) {
    return in_context(dropped.error());
  }
  if (auto started = log->start_watermark(mark_path, options); !started) {
    return in_context(started.error());
  }
  return log;
}

Result<std::unique_ptr<EventLog>> EventLog::open_read_only(const std::filesystem::path& directory) {
  const auto exists = file_exists(file_system_of(nullptr), directory / "CURRENT");
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return not_there(directory);
  return read_only(open_log_database_read_only(directory), directory);
}

Result<std::unique_ptr<EventLog>> EventLog::open_backup(const std::filesystem::path& directory,
                                                        rocksdb::Env& env) {
  return read_only(open_log_database_of_backup(directory, env), directory);
}

Result<std::unique_ptr<EventLog>> EventLog::read_only(Result<OpenedLogDatabase> database,
                                                      const std::filesystem::path& directory) {
  const std::string doing = describe_opening(directory);
  if (!database) return std::unexpected(database.error().with_context(doing));
  std::unique_ptr<EventLog> log(new EventLog);
  log->adopt(*std::move(database));
  if (const auto format = log->load_format(); !format) {
    return std::unexpected(format.error().with_context(doing));
  }
  // A damaged end is for verify_log() to name.
  if (auto loaded = log->load_end(); !loaded && loaded.error().code == ErrorCode::io_error) {
    return std::unexpected(loaded.error().with_context(doing));
  }
  const auto identified = log->load_identity();
  if (!identified) return std::unexpected(identified.error().with_context(doing));
  if (!*identified) return not_there(directory);
  return log;
}

// NOLINTNEXTLINE(cppcoreguidelines-rvalue-reference-param-not-moved): its members are, one by one
void EventLog::adopt(OpenedLogDatabase&& opened) {
  env_ = std::move(opened.env);
  database_ = std::move(opened.database);
  meta_ = opened.handles[0];
  frames_ = opened.handles[1];
}

Result<std::uint64_t> EventLog::load_format() {
  std::string text;
  const auto found = database_->Get({}, meta_, format_version_key, &text);
  if (found.IsNotFound()) return std::uint64_t{0};
  if (!found.ok()) return std::unexpected(from_status(found, "reading the format version"));
  std::uint64_t version = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, version);
  if (error != std::errc{} || rest != end || version == 0) {
    return fail(ErrorCode::corruption,
                fmt::format("the format version of the log is \"{}\"", excerpt(text)));
  }
  if (version > log_format_version) {
    return fail(ErrorCode::unsupported,
                fmt::format("the log has format {}; this release reads up to {}: open the data "
                            "directory with the release that wrote it, or a newer one",
                            version, log_format_version));
  }
  return version;
}

Result<void> EventLog::raise_format() {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  return check_status(
      database_->Put(synced, meta_, format_version_key, std::to_string(log_format_version)),
      "raising the format version of the log");
}

Result<bool> EventLog::load_identity() {
  const auto format = load_format();
  if (!format) return std::unexpected(format.error());
  if (*format == 0 && last_sequence() == 0) return false;
  if (*format == 0) {
    return fail(ErrorCode::corruption, "the log has events, but its format version is gone");
  }
  std::string id;
  const auto status = database_->Get({}, meta_, log_id_key, &id);
  if (!status.ok()) return std::unexpected(from_status(status, "reading the id of the log"));
  const auto parsed = SignatureId::parse(id);
  if (!parsed) return fail(ErrorCode::corruption, fmt::format("the id of the log is \"{}\"", id));
  id_ = *parsed;
  return true;
}

Result<void> EventLog::create_identity() {
  id_ = Uuid7Generator{}.next(system_clock().now());
  rocksdb::WriteBatch batch;
  batch.Put(meta_, format_version_key, std::to_string(log_format_version));
  batch.Put(meta_, log_id_key, id_.to_string());
  rocksdb::WriteOptions synced;
  synced.sync = true;
  return check_status(database_->Write(synced, &batch), "writing the identity of the log");
}

Result<void> EventLog::load_end() {
  const std::unique_ptr<rocksdb::Iterator> frames(database_->NewIterator({}, frames_));
  frames->SeekToLast();
  if (!frames->Valid()) return check_status(frames->status(), "reading the end of the log");
  const auto key = parse_frame_key(frames->key().ToStringView());
  if (!key) return std::unexpected(key.error());
  last_sequence_ = *key;  // in case that the frame itself is damaged
  const auto frame = FrameView::parse(frames->value().ToStringView());
  if (!frame) return std::unexpected(frame.error().with_context("the end of the log"));
  last_sequence_ = frame->last_sequence();
  chain_ = frame->chain();
  const auto bytes = frame->event_bytes(frame->event_count() - 1);
  if (!bytes) return std::unexpected(bytes.error());
  const auto event = decode_event(*bytes);
  if (!event) return std::unexpected(event.error().with_context("the last event of the log"));
  last_time_ = event->time;
  return {};
}

Result<bool> EventLog::expects_watermark() const {
  std::string value;
  const auto status = database_->Get({}, meta_, has_watermark_key, &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return std::unexpected(from_status(status, "reading the state of the log"));
  return true;
}

Result<void> EventLog::expect_watermark() {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  return check_status(database_->Put(synced, meta_, has_watermark_key, "1"),
                      "noting that the log has a watermark");
}

void EventLog::note_opening(const std::optional<Watermark>& watermark) {
  using Found = LogOpening::Found;
  const Sequence last = last_sequence();
  if (!watermark) {
    opening_ = {last > 0 ? Found::without_watermark : Found::nothing, last, last};
    return;
  }
  opening_ = {watermark->closed && watermark->sequence == last ? Found::closed : Found::interrupted,
              last, watermark->sequence};
}

Result<void> EventLog::check_acknowledged(const std::optional<Watermark>& watermark,
                                          const std::filesystem::path& path) const {
  const Sequence last = last_sequence();
  if (!watermark) {
    const auto expected = expects_watermark();
    if (!expected) return std::unexpected(expected.error());
    // A crash while the log was created leaves it without one, but then it is empty.
    if (*expected && last > 0) {
      return fail(ErrorCode::corruption,
                  fmt::format("its watermark {} is gone, so nobody knows whether the log is whole. "
                              "It ends with event {}; if that is all, run rounds verify "
                              "--renew-watermark",
                              path.string(), last));
    }
    return {};
  }
  const Watermark& mark = *watermark;
  if (mark.sequence == 0) return {};
  if (last < mark.sequence) {
    return fail(ErrorCode::corruption,
                fmt::format("acknowledged events are lost: the log ends with event {}, but its "
                            "watermark says that it reached event {}; {}",
                            last, mark.sequence, advice));
  }
  if (mark.log_id != id_) {
    return fail(
        ErrorCode::corruption,
        fmt::format("this is log {}, but the watermark {} belongs to log {}, which reached "
                    "event {}: put the two together that belong together, or restore a "
                    "backup",
                    id_.to_string(), path.string(), mark.log_id.to_string(), mark.sequence));
  }
  return check_chain(mark);
}

Result<void> EventLog::check_chain(const Watermark& watermark) const {
  const std::unique_ptr<rocksdb::Iterator> frames(database_->NewIterator({}, frames_));
  frames->SeekForPrev(frame_key(watermark.sequence));
  if (auto read = check_status(frames->status(), "reading the log"); !read) return read;
  const auto frame = frames->Valid()
                         ? FrameView::parse(frames->value().ToStringView())
                         : Result<FrameView>(fail(ErrorCode::corruption, "there is no such event"));
  if (!frame) {
    return std::unexpected(
        frame.error().with_context(fmt::format("event {} of the watermark", watermark.sequence)));
  }
  if (frame->last_sequence() == watermark.sequence && frame->chain() == watermark.chain) return {};
  return fail(ErrorCode::corruption,
              fmt::format("the events up to {} are not those that were acknowledged: the chain "
                          "there is {:016x}, the watermark says {:016x}; {}",
                          watermark.sequence, frame->chain(), watermark.chain, advice));
}

Result<void> EventLog::start_watermark(const std::filesystem::path& path,
                                       const EventLogOptions& options) {
  auto opened = WatermarkFile::open(file_system_of(options.env), path, end());
  if (!opened) return std::unexpected(std::move(opened.error()));
  watermark_ = *std::move(opened);
  const auto expected = expects_watermark();
  if (!expected) return std::unexpected(expected.error());
  // After the file is there: a crash in between must not look like a lost watermark.
  if (!*expected) {
    if (auto noted = expect_watermark(); !noted) return noted;
  }
  syncer_ = std::make_unique<WatermarkSyncer>(*watermark_, options.watermark_sync_interval);
  note_durable(last_sequence());  // RocksDB flushed what it found in a write-ahead log
  return {};
}

}  // namespace rounds
