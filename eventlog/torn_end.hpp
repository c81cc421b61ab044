// What a crash or a power cut in the middle of a write leaves at the end of the write-ahead log
// (WAL) or of the MANIFEST, and RocksDB refuses as it refuses damage: here the two are told apart.
//
// Internal to eventlog/. Functions without state: usable from any thread, for a database that
// nobody has open.
#pragma once

#include <filesystem>
#include <optional>

#include <rocksdb/options.h>

#include "eventlog/event_log.hpp"

namespace rounds {

// For a log that RocksDB has just refused with corruption: if nothing that was ever acknowledged is
// affected, makes it one that opens and returns how RocksDB is to recover it. None: it is damaged,
// and as it was. These are torn ends:
//
// - a log without a watermark whose files have no room for an event: its creation was interrupted.
//   It is removed, to be created once more, if `options` allow to create it;
// - a MANIFEST that goes on behind its mark and cannot be read, while all acknowledged events are
//   there without that last change. The change is cut off; the files that it named or would have
//   deleted are as before;
// - a WAL with garbage behind all that was acknowledged, and nothing sound behind the garbage.
//
// A log may have two of them: call it again if opening is refused again. Reads the end of the log.
[[nodiscard]] std::optional<rocksdb::WALRecoveryMode> recover_torn_end(
    const std::filesystem::path& directory, const EventLogOptions& options,
    const std::optional<Watermark>& watermark);

}  // namespace rounds
