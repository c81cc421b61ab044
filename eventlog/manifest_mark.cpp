#include "eventlog/manifest_mark.hpp"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <xxhash.h>

#include "eventlog/file_system.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

constexpr const char* mark_name = "MANIFEST.mark";
constexpr std::string_view manifest_prefix = "MANIFEST-";
constexpr std::size_t max_current_bytes = 256;

// Layout (docs/format.md): 0 number u64 | 8 length u64 | 16 checksum u64 of bytes 0 to 15
constexpr std::size_t mark_bytes = 24;
constexpr std::size_t checked_bytes = 16;

std::string encode(const Manifest& manifest) {
  std::string bytes(mark_bytes, '\0');
  std::memcpy(bytes.data(), &manifest.number, 8);
  std::memcpy(bytes.data() + 8, &manifest.length, 8);
  const std::uint64_t checksum = XXH3_64bits(bytes.data(), checked_bytes);
  std::memcpy(bytes.data() + checked_bytes, &checksum, 8);
  return bytes;
}

std::optional<Manifest> decode(std::string_view bytes) {
  if (bytes.size() != mark_bytes) return std::nullopt;
  std::uint64_t checksum = 0;
  std::memcpy(&checksum, bytes.data() + checked_bytes, 8);
  if (checksum != XXH3_64bits(bytes.data(), checked_bytes)) return std::nullopt;
  Manifest manifest;
  std::memcpy(&manifest.number, bytes.data(), 8);
  std::memcpy(&manifest.length, bytes.data() + 8, 8);
  return manifest;
}

// The framing of RocksDB's logs (its db/log_format.h): blocks with records, each of a header and a
// payload; a header does not fit where a block has fewer bytes left.
constexpr std::size_t block_bytes = 32768;
constexpr std::size_t header_bytes = 7;  // 0 checksum u32 | 4 length of the payload u16 | 6 type u8

// Whether every record that begins in the first `length` bytes ends within its block and within the
// file. RocksDB checks the payloads, but takes a record that seems to be longer than the file for
// the torn end of a crash and drops it without a word: a damaged length would do.
bool has_whole_records(std::string_view bytes, std::size_t length) {
  std::size_t place = 0;
  while (place < length) {
    const std::size_t left = block_bytes - place % block_bytes;
    if (left < header_bytes) {
      place += left;
      continue;
    }
    if (bytes.size() - place < header_bytes) return false;
    std::uint16_t payload_bytes = 0;
    std::memcpy(&payload_bytes, bytes.data() + place + 4, sizeof(payload_bytes));
    const std::size_t record_bytes = header_bytes + payload_bytes;
    if (record_bytes > left || record_bytes > bytes.size() - place) return false;
    place += record_bytes;
  }
  return true;
}

// None if it is missing or unreadable.
Result<std::optional<Manifest>> read_mark(rocksdb::FileSystem& files,
                                          const std::filesystem::path& directory) {
  const auto bytes = read_file(files, directory / mark_name, mark_bytes);
  if (bytes) return decode(*bytes);
  if (bytes.error().code == ErrorCode::data_missing) return std::optional<Manifest>{};
  return std::unexpected(bytes.error());
}

std::filesystem::path manifest_path(const std::filesystem::path& directory, std::uint64_t number) {
  return directory / fmt::format("{}{:06}", manifest_prefix, number);
}

}  // namespace

// What cannot be read here, RocksDB will name.
Result<std::optional<Manifest>> find_manifest(rocksdb::FileSystem& files,
                                              const std::filesystem::path& directory) {
  const auto current = read_file(files, directory / "CURRENT", max_current_bytes);
  if (!current && current.error().code == ErrorCode::data_missing) return std::optional<Manifest>{};
  if (!current) return std::unexpected(current.error());
  const std::string name = current->substr(0, current->find('\n'));
  Manifest manifest;
  if (!name.starts_with(manifest_prefix)) return std::optional<Manifest>{};
  const auto [rest, failure] = std::from_chars(name.data() + manifest_prefix.size(),
                                               name.data() + name.size(), manifest.number);
  if (failure != std::errc{}) return std::optional<Manifest>{};
  const auto status = files.GetFileSize((directory / name).string(), {}, &manifest.length, nullptr);
  if (status.IsNotFound() || status.IsPathNotFound()) return std::optional<Manifest>{};
  if (!status.ok()) return std::unexpected(from_status(status, "looking at the MANIFEST"));
  return std::optional(manifest);
}

Result<void> check_manifest(rocksdb::FileSystem& files, const std::filesystem::path& directory) {
  const auto read = read_mark(files, directory);
  if (!read) return std::unexpected(read.error());
  const std::optional<Manifest>& mark = *read;
  if (!mark) return {};
  const auto found = find_manifest(files, directory);
  if (!found) return std::unexpected(found.error());
  if (!*found) return {};
  const bool older = (*found)->number < mark->number;
  const bool shorter = (*found)->number == mark->number && (*found)->length < mark->length;
  if (older || shorter) {
    return fail(ErrorCode::corruption,
                fmt::format("the MANIFEST in {} lost its end: it is number {} with {} bytes, but "
                            "number {} had {} bytes",
                            directory.string(), (*found)->number, (*found)->length, mark->number,
                            mark->length));
  }
  if ((*found)->number != mark->number) return {};
  const auto path = manifest_path(directory, mark->number);
  const auto manifest = read_file(files, path, (*found)->length);
  if (!manifest) return std::unexpected(manifest.error());
  if (has_whole_records(*manifest, mark->length)) return {};
  return fail(ErrorCode::corruption,
              fmt::format("{} is damaged: it has a record that goes on behind its end or its block",
                          path.string()));
}

Result<std::optional<CutManifest>> cut_manifest_at_mark(rocksdb::FileSystem& files,
                                                        const std::filesystem::path& directory) {
  const auto mark = read_mark(files, directory);
  if (!mark) return std::unexpected(mark.error());
  const auto found = find_manifest(files, directory);
  if (!found) return std::unexpected(found.error());
  if (!*mark || !*found || (*found)->number != (*mark)->number ||
      (*found)->length <= (*mark)->length) {
    return std::optional<CutManifest>{};
  }
  CutManifest cut{manifest_path(directory, (*mark)->number), {}};
  auto bytes = read_file(files, cut.path, (*found)->length);
  if (!bytes) return std::unexpected(bytes.error());
  cut.bytes = *std::move(bytes);
  const auto kept = std::string_view(cut.bytes).substr(0, (*mark)->length);
  if (auto replaced = replace_file(files, cut.path, kept); !replaced) {
    return std::unexpected(replaced.error());
  }
  return cut;
}

void ManifestMark::note() {
  const std::lock_guard lock(mutex_);
  const auto manifest = find_manifest(files_, directory_);
  if (!manifest || !*manifest) return;
  // Another change may be on its way: what was just measured must be durable before the mark is.
  if (!sync_file(files_, manifest_path(directory_, (*manifest)->number))) return;
  static_cast<void>(replace_file(files_, directory_ / mark_name, encode(**manifest)));
}

}  // namespace rounds
