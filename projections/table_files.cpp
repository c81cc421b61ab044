#include "projections/table_files.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

constexpr const char* writing = "writing sorted rows";
constexpr const char* reading = "reading sorted rows";

rocksdb::EnvOptions file_options(const rocksdb::Options& options) {
  rocksdb::EnvOptions file(options);
  file.rate_limiter = options.rate_limiter.get();
  return file;
}

}  // namespace

TableFileWriter::TableFileWriter(const rocksdb::Options& options, std::filesystem::path directory,
                                 std::string prefix)
    : options_(options), directory_(std::move(directory)), prefix_(std::move(prefix)) {}

TableFileWriter::~TableFileWriter() = default;

Result<void> TableFileWriter::add(std::string_view key, std::string_view value) {
  if (!paths_.empty() && key <= last_key_) {
    return fail(ErrorCode::corruption,
                fmt::format("two rows of {} have the same key: the log names it twice; run rounds "
                            "verify",
                            prefix_));
  }
  last_key_ = key;
  if (!writer_) {
    // Low: the limiter lets writes of the live families go first.
    writer_ = std::make_unique<rocksdb::SstFileWriter>(file_options(options_), options_, nullptr,
                                                       true, rocksdb::Env::IOPriority::IO_LOW);
    paths_.push_back((directory_ / fmt::format("{}-{:06}.sst", prefix_, paths_.size())).string());
    if (auto opened = check_status(writer_->Open(paths_.back()), writing); !opened) return opened;
  }
  auto put = check_status(writer_->Put(rocksdb::Slice(key), rocksdb::Slice(value)), writing);
  if (!put || writer_->FileSize() < table_file_bytes) return put;
  return finish();
}

Result<void> TableFileWriter::finish() {
  if (!writer_) return {};
  auto finished = check_status(writer_->Finish(), writing);
  writer_.reset();
  return finished;
}

Result<void> MergedRuns::add(const std::vector<std::string>& paths) {
  Run run;
  run.paths = paths;
  if (auto opened = open_next(run); !opened) return opened;
  if (run.file.iterator) runs_.push_back(std::move(run));
  return {};
}

std::string_view MergedRuns::key() const {
  return smallest_->file.iterator->key().ToStringView();
}

std::string_view MergedRuns::value() const {
  return smallest_->file.iterator->value().ToStringView();
}

Result<void> MergedRuns::next() {
  Run& run = *smallest_;
  run.file.iterator->Next();
  if (!run.file.iterator->Valid()) {
    if (auto read = check_status(run.file.iterator->status(), reading); !read) return read;
    if (auto opened = open_next(run); !opened) return opened;
    if (!run.file.iterator) {
      std::erase_if(runs_, [](const Run& other) { return !other.file.iterator; });
    }
  }
  find_smallest();
  return {};
}

Result<void> MergedRuns::open_next(Run& run) {
  run.file.iterator.reset();
  run.file.reader.reset();
  if (run.next_path == run.paths.size()) return {};
  run.file.reader = std::make_unique<rocksdb::SstFileReader>(options_);
  auto opened = check_status(run.file.reader->Open(run.paths[run.next_path++]), reading);
  if (!opened) return opened;
  rocksdb::ReadOptions options;
  options.readahead_size = 1U << 20U;
  options.fill_cache = false;
  run.file.iterator.reset(run.file.reader->NewIterator(options));
  run.file.iterator->SeekToFirst();
  if (run.file.iterator->Valid()) return {};
  if (auto read = check_status(run.file.iterator->status(), reading); !read) return read;
  return fail(ErrorCode::corruption, "a file of sorted rows is empty");
}

void MergedRuns::find_smallest() {
  const auto first = std::ranges::min_element(
      runs_, {}, [](const Run& run) { return run.file.iterator->key().ToStringView(); });
  smallest_ = first == runs_.end() ? nullptr : &*first;
}

}  // namespace rounds
