// A store that is made from another one: built in a directory beside the one it is to have, and put
// there once it is whole.
//
// Killed at any moment, the process leaves a whole store under the name or none; what it leaves
// beside it (`target` and ".incomplete") the next one with the same target replaces. Belongs to one
// thread. The file system is that of the machine.
#pragma once

#include <filesystem>
#include <memory>

#include "core/error.hpp"
#include "projections/replay.hpp"

namespace rounds {

class NewStore {
 public:
  // A store that is to be in `target`, which must be absent or empty and outside of `source`, the
  // store it is made from: nothing is written there. Deletes what an interrupted one left. Errors:
  // invalid_argument for such a target; io_error.
  [[nodiscard]] static Result<std::unique_ptr<NewStore>> begin(const std::filesystem::path& target,
                                                               const std::filesystem::path& source);

  // Deletes what was built, unless it is finished.
  ~NewStore();
  NewStore(const NewStore&) = delete;
  NewStore& operator=(const NewStore&) = delete;

  // The data directory to build in: its log is to be there, closed, when finish() is called.
  [[nodiscard]] std::filesystem::path directory() const { return unfinished_ / "store"; }

  // For what is needed meanwhile; not there yet.
  [[nodiscard]] std::filesystem::path scratch() const { return unfinished_ / "scratch"; }

  // Builds the projections, which folds and so checks every event of the log, and names the store.
  // Durable on success. Errors: corruption, io_error.
  [[nodiscard]] Result<void> finish(const ReplayProgress& progress = nullptr);

 private:
  NewStore(std::filesystem::path target, std::filesystem::path unfinished);

  const std::filesystem::path target_;
  const std::filesystem::path unfinished_;
};

}  // namespace rounds
