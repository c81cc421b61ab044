#include "store/new_store.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "eventlog/file_system.hpp"
#include "store/rocks_store.hpp"

namespace rounds {
namespace {

namespace fs = std::filesystem;

// The same directory, whatever way it is named and whether or not it is there.
fs::path resolved(const fs::path& path) {
  std::error_code ignored;
  fs::path result = fs::weakly_canonical(fs::absolute(path, ignored), ignored);
  return result.has_filename() ? result : result.parent_path();
}

bool is_within(const fs::path& path, const fs::path& directory) {
  const auto [end, rest] = std::ranges::mismatch(directory, path);
  return end == directory.end();
}

Result<void> check_target(const fs::path& target, const fs::path& unfinished,
                          const fs::path& source) {
  if (is_within(target, source) || is_within(unfinished, source) || is_within(source, unfinished)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} is a part of the store that is read, to which nothing is written; "
                            "name a directory outside of {}",
                            target.string(), source.string()));
  }
  std::error_code error;
  const bool exists = fs::exists(target, error);
  if (error || !exists) return {};
  const bool empty = fs::is_directory(target, error) && fs::is_empty(target, error);
  if (!error && empty) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} is not an empty directory; name one that is, or that is not there",
                          target.string()));
}

}  // namespace

Result<std::unique_ptr<NewStore>> NewStore::begin(const fs::path& target, const fs::path& source) {
  const fs::path chosen = resolved(target);
  fs::path unfinished = chosen;
  unfinished += ".incomplete";
  if (auto usable = check_target(chosen, unfinished, resolved(source)); !usable) {
    return std::unexpected(std::move(usable.error()));
  }
  if (auto removed = remove_directory(file_system_of(nullptr), unfinished); !removed) {
    return std::unexpected(std::move(removed.error()));
  }
  return std::unique_ptr<NewStore>(new NewStore(chosen, std::move(unfinished)));
}

NewStore::NewStore(fs::path target, fs::path unfinished)
    : target_(std::move(target)), unfinished_(std::move(unfinished)) {}

NewStore::~NewStore() {
  std::error_code ignored;
  fs::remove_all(unfinished_, ignored);
}

Result<void> NewStore::finish(const ReplayProgress& progress) {
  {
    RocksStoreOptions options;
    options.create_if_missing = false;
    options.catch_up_progress = progress;
    const auto store = RocksStore::open(directory(), std::move(options));
    if (!store) return std::unexpected(store.error());
    if (auto closed = (*store)->close(); !closed) return closed;
  }
  std::error_code error;
  fs::rename(directory(), target_, error);
  if (error) {
    return fail(ErrorCode::io_error, fmt::format("cannot put the new store into {}: {}",
                                                 target_.string(), error.message()));
  }
  return sync_directory(file_system_of(nullptr), target_.parent_path());
}

}  // namespace rounds
