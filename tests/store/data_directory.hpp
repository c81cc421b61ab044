// A data directory behind the back of its store: what its databases hold, and changes that only
// another release would make.
//
// One thread; no store may have the directory open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include <rocksdb/db.h>

#include "core/ids.hpp"

namespace rounds::test {

// Keys and values of each column family. Two equal ones mean that nothing was changed.
using Content = std::map<std::string, std::map<std::string, std::string>>;

// Of both databases, whichever release wrote them; families are named "log/default" and so on.
[[nodiscard]] Content rows_of(const std::filesystem::path& data_directory);

// Puts a key of the family `default` of the database in `directory`; deletes it if `value` is null.
void put_meta(const std::filesystem::path& directory, const std::string& key, const char* value);

// Deletes all keys of `family` of the database in `directory`.
void clear_family(const std::filesystem::path& directory, const std::string& family);

// Appends to the log, in a frame of its own, an event of the given schema version and kind, which
// this release need not know. Returns its sequence.
Sequence append_event(const std::filesystem::path& data_directory, std::uint16_t schema_version,
                      int kind);

}  // namespace rounds::test
