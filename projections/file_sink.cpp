#include <filesystem>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <rocksdb/sst_file_writer.h>

#include "eventlog/rocksdb_status.hpp"
#include "projections/row_sink.hpp"

namespace rounds {
namespace {

class FileSink final : public RowSink {
 public:
  FileSink(ProjectionDatabase& database, const FamilySet& families)
      : database_(database), families_(families) {}

  ~FileSink() override {
    writer_.reset();
    std::error_code ignored;  // what is left behind is removed when the database is opened
    for (const File& file : files_) std::filesystem::remove(file.path, ignored);
  }

  Result<void> begin(Projection projection) override {
    return begin(family_of(families_, projection));
  }
  Result<void> put(std::string_view key, std::string_view value) override {
    empty_ = false;
    return check_status(writer_->Put(rocksdb::Slice(key), rocksdb::Slice(value)),
                        "writing a file of rows");
  }
  Result<void> remove(std::string_view key) override {
    empty_ = false;
    return check_status(writer_->Delete(rocksdb::Slice(key)), "writing a file of rows");
  }

  Result<void> commit(const Sequence* checkpoint) override {
    if (checkpoint != nullptr) {
      if (auto begun = begin(database_.meta_family()); !begun) return begun;
      auto stored = put(ProjectionDatabase::checkpoint_key(),
                        ProjectionDatabase::checkpoint_row(*checkpoint));
      if (!stored) return stored;
    }
    if (auto finished = finish(); !finished) return finished;
    std::vector<rocksdb::IngestExternalFileArg> arguments;
    for (const File& file : files_) {
      rocksdb::IngestExternalFileArg& argument = arguments.emplace_back();
      argument.column_family = file.family;
      argument.external_files = {file.path};
      argument.options.move_files = true;
      argument.options.write_global_seqno = false;
    }
    if (arguments.empty()) return {};
    return database_.ingest(arguments);
  }

 private:
  struct File {
    rocksdb::ColumnFamilyHandle* family;
    std::string path;
  };

  Result<void> begin(rocksdb::ColumnFamilyHandle* family) {
    if (auto finished = finish(); !finished) return finished;
    rocksdb::Options options = database_.database().GetOptions(family);
    // Soon to be merged into others, which are compressed.
    options.compression = rocksdb::kNoCompression;
    const auto path = database_.incoming_directory() / (family->GetName() + ".sst");
    writer_.emplace(rocksdb::EnvOptions(options), options, family);
    files_.push_back({family, path.string()});
    empty_ = true;
    return check_status(writer_->Open(path.string()), "creating a file of rows");
  }

  Result<void> finish() {
    if (!writer_) return {};
    if (empty_) {
      // RocksDB makes no file without rows.
      std::error_code ignored;
      writer_.reset();
      std::filesystem::remove(files_.back().path, ignored);
      files_.pop_back();
      return {};
    }
    const auto status = writer_->Finish();
    writer_.reset();
    return check_status(status, fmt::format("writing {}", files_.back().path));
  }

  ProjectionDatabase& database_;
  FamilySet families_;
  std::optional<rocksdb::SstFileWriter> writer_;  // of the last of files_
  bool empty_ = true;                             // whether that has no rows
  std::vector<File> files_;
};

}  // namespace

std::unique_ptr<RowSink> make_file_sink(ProjectionDatabase& database, const FamilySet& families) {
  return std::make_unique<FileSink>(database, families);
}

}  // namespace rounds
