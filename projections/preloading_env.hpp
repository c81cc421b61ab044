// A file system that reads the files of one directory whole when they are opened.
//
// RocksDB 7.8 takes it for granted that a file which it takes in can be read, and ends the process
// if that fails (docs/decisions/0013). With this, reading fails when the file is opened, where it
// expects errors. Usable from any thread.
#pragma once

#include <memory>
#include <string>

#include <rocksdb/env.h>

namespace rounds {

// The file system of `base` (null: that of the machine), but for files below `directory`, each of
// which should fit into memory. Whatever that file system needs must outlive it; `base` need not.
[[nodiscard]] std::unique_ptr<rocksdb::Env> make_preloading_env(rocksdb::Env* base,
                                                                std::string directory);

}  // namespace rounds
