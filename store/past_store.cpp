#include "store/past_store.hpp"

#include <array>
#include <utility>

#include "eventlog/file_system.hpp"
#include "eventlog/watermark.hpp"
#include "store/new_store.hpp"
#include "store/rocks_store.hpp"

namespace rounds {
namespace {

namespace fs = std::filesystem;

// The log of a store that others may be writing to, if it has all that was acknowledged.
Result<std::unique_ptr<EventLog>> open_source(const fs::path& directory) {
  const fs::path path = watermark_path(directory);
  const auto watermark = read_watermark(file_system_of(nullptr), path);
  auto log = EventLog::open_read_only(directory);
  if (!log) return log;
  if (!watermark) return std::unexpected(watermark.error());
  if (auto whole = (*log)->check_acknowledged(*watermark, path); !whole) {
    return std::unexpected(std::move(whole.error()));
  }
  return log;
}

Result<void> copy_log(const EventLog& source, Sequence through, const fs::path& directory,
                      const CopyProgress& progress) {
  const auto log = EventLog::open(directory);
  if (!log) return std::unexpected(log.error());
  if (auto copied = (*log)->copy_from(source, through, progress); !copied) return copied;
  return (*log)->close();
}

}  // namespace

Result<PastStore> build_past_store(const fs::path& data_directory, const Moment& moment,
                                   const fs::path& target, const PastStoreProgress& progress) {
  const auto source = open_source(log_directory(data_directory));
  if (!source) return std::unexpected(source.error());
  PastStore past;
  past.directory = target;
  past.last_sequence = (*source)->last_sequence();
  const auto through = (*source)->sequence_at(moment, past.last_sequence);
  if (!through) return std::unexpected(through.error());
  past.sequence = *through;
  if (past.sequence > 0) {
    const std::array last{past.sequence};
    const auto events = (*source)->read_each(last);
    if (!events) return std::unexpected(events.error());
    past.time = events->front().time;
  }
  const auto store = NewStore::begin(target, data_directory);
  if (!store) return std::unexpected(store.error());
  if (auto copied =
          copy_log(**source, past.sequence, log_directory((*store)->directory()), progress.copying);
      !copied) {
    return std::unexpected(std::move(copied.error()));
  }
  if (auto finished = (*store)->finish(progress.folding); !finished) {
    return std::unexpected(std::move(finished.error()));
  }
  return past;
}

}  // namespace rounds
