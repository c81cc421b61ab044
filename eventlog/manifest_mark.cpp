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

struct Manifest {
  std::uint64_t number = 0;
  std::uint64_t length = 0;
};

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

// The MANIFEST that CURRENT names. What cannot be read here, RocksDB will name.
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

}  // namespace

Result<void> check_manifest(rocksdb::FileSystem& files, const std::filesystem::path& directory) {
  const auto bytes = read_file(files, directory / mark_name, mark_bytes);
  if (!bytes && bytes.error().code == ErrorCode::data_missing) return {};
  if (!bytes) return std::unexpected(bytes.error());
  const auto mark = decode(*bytes);
  if (!mark) return {};
  const auto found = find_manifest(files, directory);
  if (!found) return std::unexpected(found.error());
  if (!*found) return {};
  const bool older = (*found)->number < mark->number;
  const bool shorter = (*found)->number == mark->number && (*found)->length < mark->length;
  if (!older && !shorter) return {};
  return fail(ErrorCode::corruption,
              fmt::format("the MANIFEST in {} lost its end: it is number {} with {} bytes, but "
                          "number {} had {} bytes",
                          directory.string(), (*found)->number, (*found)->length, mark->number,
                          mark->length));
}

void ManifestMark::note() {
  const std::lock_guard lock(mutex_);
  const auto manifest = find_manifest(files_, directory_);
  if (!manifest || !*manifest) return;
  // Another change may be on its way: what was just measured must be durable before the mark is.
  if (!sync_file(files_, directory_ / fmt::format("{}{:06}", manifest_prefix, (*manifest)->number)))
    return;
  static_cast<void>(replace_file(files_, directory_ / mark_name, encode(**manifest)));
}

}  // namespace rounds
