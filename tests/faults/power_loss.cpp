// What a power cut leaves: see FaultFileSystem::lose_power().
#include <algorithm>
#include <fstream>

#include "tests/faults/fault_file_system.hpp"
#include "tests/faults/fault_files.hpp"

namespace rounds::test {
namespace {

// A torn write ends in the middle of a sector; what follows in it is anything.
constexpr std::uint64_t sector_bytes = 512;

std::uint64_t below(std::mt19937_64& random, std::uint64_t end) {
  return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random);
}

void overwrite(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

void apply(std::string& content, std::uint64_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

}  // namespace

void FaultFileSystem::undo(const DirectoryChange& change) {
  using Kind = DirectoryChange::Kind;
  StatePointer state;
  if (const auto found = files_.find(change.path); found != files_.end()) {
    state = found->second;
    files_.erase(found);
  }
  if (change.kind == Kind::created || change.kind == Kind::made_directory) {
    std::filesystem::remove_all(change.path);
  } else if (change.kind == Kind::renamed) {
    std::filesystem::rename(change.path, change.from);
    if (state) files_[change.from] = state;
  }
  if (!change.saved.empty()) {
    std::filesystem::rename(change.saved, change.path);
    if (change.saved_state) files_[change.path] = change.saved_state;
  }
}

void FaultFileSystem::damage(const std::string& path, const FileState& state,
                             std::mt19937_64& random) {
  if (!std::filesystem::is_regular_file(path)) return;
  if (state.synced_content) {
    std::string content = *state.synced_content;
    for (const auto& [offset, bytes] : state.writes) {
      const std::uint64_t fate = below(random, 4);
      if (fate == 0) continue;
      const std::uint64_t kept = fate == 1 ? below(random, bytes.size() + 1) : bytes.size();
      apply(content, offset, std::string_view(bytes).substr(0, kept));
    }
    overwrite(path, content);
    return;
  }
  if (state.size <= state.synced_size) return;
  std::string content = content_of(path);
  const std::uint64_t unsynced = state.size - state.synced_size;
  const std::uint64_t fate = below(random, 4);
  // The length often reaches the disk before what is in there does.
  const bool whole = fate == 1 || (fate == 2 && below(random, 2) == 0);
  const std::uint64_t kept = fate == 0 ? 0 : whole ? unsynced : below(random, unsynced + 1);
  content.resize(state.synced_size + kept);
  if (fate == 2 && kept > 0) {
    // The last sector was on its way: a part of it is zeros or something else.
    const std::uint64_t torn = 1 + below(random, std::min(kept, sector_bytes));
    const bool zeros = below(random, 2) == 0;
    for (std::size_t i = content.size() - torn; i < content.size(); ++i) {
      content[i] = zeros ? '\0' : static_cast<char>(below(random, 256));
    }
  }
  overwrite(path, content);
}

void FaultFileSystem::lose_power(std::mt19937_64& random) {
  {
    const std::lock_guard lock(mutex_);
    // Directories above others come first: what is undone there takes the rest with it.
    for (auto& [directory, changes] : changes_) {
      const std::uint64_t kept = below(random, changes.size() + 1);
      for (std::size_t i = changes.size(); i > kept; --i) {
        if (std::filesystem::exists(directory)) undo(changes[i - 1]);
      }
    }
    for (const auto& [path, state] : files_) damage(path, *state, random);
  }
  forgive();
}

void FaultFileSystem::forgive() {
  const std::lock_guard lock(mutex_);
  for (const auto& [directory, changes] : changes_) {
    for (const DirectoryChange& change : changes) {
      if (!change.saved.empty()) std::filesystem::remove(change.saved);
    }
  }
  changes_.clear();
  files_.clear();
  fail_at_ = 0;
  cut_at_ = 0;
  chosen_ = nullptr;
  powered_ = true;
}

}  // namespace rounds::test
