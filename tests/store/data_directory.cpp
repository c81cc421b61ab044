#include "tests/store/data_directory.hpp"

#include <memory>
#include <stdexcept>
#include <vector>

#include <schema/event_generated.h>

#include "eventlog/frame.hpp"
#include "store/rocks_store.hpp"

namespace rounds::test {
namespace {

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

// A database with all of its families.
class Database {
 public:
  enum class Mode : std::uint8_t { read, write };

  Database(const std::filesystem::path& directory, Mode mode) {
    std::vector<std::string> names;
    check(rocksdb::DB::ListColumnFamilies({}, directory.string(), &names));
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    families.reserve(names.size());
    for (const std::string& name : names)
      families.emplace_back(name, rocksdb::ColumnFamilyOptions{});
    rocksdb::DB* opened = nullptr;
    check(mode == Mode::read
              ? rocksdb::DB::OpenForReadOnly({}, directory.string(), families, &handles_, &opened)
              : rocksdb::DB::Open({}, directory.string(), families, &handles_, &opened));
    database_.reset(opened);
  }
  ~Database() {
    for (auto* handle : handles_) static_cast<void>(database_->DestroyColumnFamilyHandle(handle));
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] rocksdb::DB& get() const { return *database_; }
  [[nodiscard]] const std::vector<rocksdb::ColumnFamilyHandle*>& families() const {
    return handles_;
  }

  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(const std::string& name) const {
    for (auto* handle : handles_) {
      if (handle->GetName() == name) return handle;
    }
    throw std::runtime_error("there is no family " + name);
  }

 private:
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

std::string event_bytes(Sequence sequence, std::uint16_t schema_version, int kind) {
  flatbuffers::FlatBufferBuilder builder;
  const schema::Uuid id;
  const auto payload = schema::CreateSignatureMuted(builder);
  schema::FinishEventBuffer(
      builder, schema::CreateEvent(builder, sequence, 1, &id, 0, schema_version, 0, 0, 0,
                                   static_cast<schema::EventPayload>(kind), payload.Union()));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

}  // namespace

Content rows_of(const std::filesystem::path& data_directory) {
  Content content;
  for (const char* name : {"log", "projections"}) {
    const Database database(data_directory / name, Database::Mode::read);
    for (auto* family : database.families()) {
      auto& rows = content[std::string(name) + "/" + family->GetName()];
      const std::unique_ptr<rocksdb::Iterator> keys(database.get().NewIterator({}, family));
      for (keys->SeekToFirst(); keys->Valid(); keys->Next()) {
        rows[keys->key().ToString()] = keys->value().ToString();
      }
      check(keys->status());
    }
  }
  return content;
}

void put_meta(const std::filesystem::path& directory, const std::string& key, const char* value) {
  const Database database(directory, Database::Mode::write);
  auto* family = database.family(rocksdb::kDefaultColumnFamilyName);
  check(value == nullptr ? database.get().Delete({}, family, key)
                         : database.get().Put({}, family, key, value));
}

void clear_family(const std::filesystem::path& directory, const std::string& family) {
  const Database database(directory, Database::Mode::write);
  auto* handle = database.family(family);
  const std::unique_ptr<rocksdb::Iterator> keys(database.get().NewIterator({}, handle));
  for (keys->SeekToFirst(); keys->Valid(); keys->Next()) {
    check(database.get().Delete({}, handle, keys->key()));
  }
  check(keys->status());
}

Sequence append_event(const std::filesystem::path& data_directory, std::uint16_t schema_version,
                      int kind) {
  const Database database(log_directory(data_directory), Database::Mode::write);
  auto* frames = database.family("log");
  const std::unique_ptr<rocksdb::Iterator> last(database.get().NewIterator({}, frames));
  last->SeekToLast();
  if (!last->Valid()) throw std::runtime_error("the log is empty");
  const auto frame = FrameView::parse(last->value().ToStringView());
  if (!frame) throw std::runtime_error(frame.error().message);
  const Sequence sequence = frame->last_sequence() + 1;
  FrameWriter writer;
  writer.begin(sequence, frame->chain());
  writer.add(event_bytes(sequence, schema_version, kind));
  check(database.get().Put({}, frames, frame_key(sequence), rocksdb::Slice(writer.finish().bytes)));
  return sequence;
}

}  // namespace rounds::test
