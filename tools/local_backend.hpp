// A store in this process as the Backend of commands.
//
// Belongs to one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/clock.hpp"
#include "core/signature_store.hpp"
#include "ingest/grouping.hpp"
#include "tools/backend.hpp"

namespace rounds::tools {

enum class CreateIfMissing : bool { no, yes };

// Told about the catch-up at open: events done and to do.
using OpenProgress = std::function<void(std::uint64_t, std::uint64_t)>;

// Told in one sentence why the projections are about to be built anew at open.
using RebuildNotice = std::function<void(const std::string&)>;

// Opens the store in `data_directory`; `grouping` gives what is recorded its fingerprints. Errors:
// those of RocksStore::open().
[[nodiscard]] Result<std::unique_ptr<Backend>> open_local_backend(
    const std::filesystem::path& data_directory, CreateIfMissing create, Grouping grouping,
    OpenProgress progress, RebuildNotice rebuilding);

// `error` of opening a data directory, with what a caller of rounds can do about it that an
// embedder cannot.
[[nodiscard]] Error with_way_out(Error error);

// The same on any store. `clock` gives telemetry without a time the time of receipt; it must
// outlive the backend.
[[nodiscard]] std::unique_ptr<Backend> make_local_backend(std::unique_ptr<SignatureStore> store,
                                                          const Clock& clock,
                                                          Grouping grouping = {});

}  // namespace rounds::tools
