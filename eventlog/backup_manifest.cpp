#include "eventlog/backup_manifest.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "core/sha256.hpp"
#include "eventlog/file_system.hpp"
#include "eventlog/rocksdb_status.hpp"

namespace rounds {
namespace {

constexpr std::uint64_t manifest_format = 1;
constexpr std::string_view name_prefix = "backup-";

constexpr std::size_t max_manifest_bytes = 4096;  // it has about 500

constexpr std::string_view digest_member = "  \"sha256\": \"";

std::string manifest_name(BackupNumber number) {
  return fmt::format("{}{}.json", name_prefix, number);
}

// The number of the backup whose manifest has this name, if one has.
std::optional<BackupNumber> number_in(std::string_view name) {
  if (!name.starts_with(name_prefix)) return std::nullopt;
  const std::string_view digits = name.substr(name_prefix.size());
  BackupNumber number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return name == manifest_name(number) ? std::optional(number) : std::nullopt;
}

// Takes a manifest apart from its beginning: the members stand in one order, each on its own line.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  [[nodiscard]] bool is_well_formed() const { return well_formed_; }

  void expect(std::string_view literal) {
    well_formed_ = well_formed_ && text_.starts_with(literal);
    if (well_formed_) text_.remove_prefix(literal.size());
  }

  // The text of the member that stands here.
  std::string_view text(std::string_view name) {
    expect(fmt::format("  \"{}\": \"", name));
    const auto end = text_.find('"');
    if (end == std::string_view::npos) well_formed_ = false;
    const std::string_view value = well_formed_ ? text_.substr(0, end) : std::string_view{};
    expect(value);
    expect("\",\n");
    return value;
  }

  std::uint64_t number(std::string_view name) {
    expect(fmt::format("  \"{}\": ", name));
    const std::string_view digits = text_.substr(0, text_.find(','));
    expect(digits);
    expect(",\n");
    return parsed(digits, 10);
  }

  std::uint64_t hash(std::string_view name) { return parsed(text(name), 16); }

  // What `parse` reads in the text of the member: Result<T> parse(std::string_view).
  template <typename Parse>
  auto value(std::string_view name, Parse parse) {
    using Value = typename decltype(parse(std::string_view{}))::value_type;
    const auto result = parse(text(name));
    well_formed_ = well_formed_ && result.has_value();
    return well_formed_ ? Value(*result) : Value{};
  }

 private:
  std::uint64_t parsed(std::string_view digits, int base) {
    std::uint64_t value = 0;
    const auto [rest, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    well_formed_ = well_formed_ && failure == std::errc{} && rest == digits.data() + digits.size();
    return value;
  }

  std::string_view text_;
  bool well_formed_ = true;
};

std::unexpected<Error> damaged() {
  return fail(ErrorCode::corruption, "it is not what was written");
}

}  // namespace

std::string encode_manifest(const BackupManifest& manifest) {
  const Backup& backup = manifest.backup;
  std::string text = fmt::format(
      "{{\n"
      "  \"format\": {},\n"
      "  \"number\": {},\n"
      "  \"log_id\": \"{}\",\n"
      "  \"sequence\": {},\n"
      "  \"chain\": \"{:016x}\",\n"
      "  \"created_at\": \"{}\",\n"
      "  \"file_count\": {},\n"
      "  \"bytes\": {},\n"
      "  \"file_list_sha256\": \"{}\",\n",
      manifest_format, backup.number, backup.log_id.to_string(), backup.sequence, backup.chain,
      to_rfc3339(backup.created_at), backup.file_count, backup.bytes, manifest.file_list_sha256);
  const std::string digest = sha256_hex(text);
  return text.append(fmt::format("{}{}\"\n}}\n", digest_member, digest));
}

Result<BackupManifest> decode_manifest(std::string_view text) {
  const auto digest_at = text.rfind(digest_member);
  if (digest_at == std::string_view::npos) return damaged();
  const std::string_view members = text.substr(0, digest_at);
  const std::string end = fmt::format("{}{}\"\n}}\n", digest_member, sha256_hex(members));
  if (text.substr(digest_at) != end) return damaged();
  Lines lines(members);
  lines.expect("{\n");
  const std::uint64_t format = lines.number("format");
  if (lines.is_well_formed() && format != manifest_format) {
    return fail(ErrorCode::unsupported,
                fmt::format("the backup has format {}; this release reads {}: use a newer release",
                            format, manifest_format));
  }
  BackupManifest manifest;
  Backup& backup = manifest.backup;
  backup.number = static_cast<BackupNumber>(lines.number("number"));
  backup.log_id = lines.value("log_id", SignatureId::parse);
  backup.sequence = lines.number("sequence");
  backup.chain = lines.hash("chain");
  backup.created_at = lines.value("created_at", parse_rfc3339);
  backup.file_count = lines.number("file_count");
  backup.bytes = lines.number("bytes");
  manifest.file_list_sha256 = lines.text("file_list_sha256");
  // Whatever else might have been taken for a number or a time.
  if (!lines.is_well_formed() || encode_manifest(manifest) != text) return damaged();
  return manifest;
}

std::filesystem::path manifest_path(const std::filesystem::path& directory, BackupNumber number) {
  return directory / manifest_name(number);
}

std::filesystem::path backup_files_path(const std::filesystem::path& directory) {
  return directory / "files";
}

std::filesystem::path file_list_path(const std::filesystem::path& directory, BackupNumber number) {
  return backup_files_path(directory) / "meta" / std::to_string(number);
}

Result<std::vector<BackupNumber>> list_manifests(rocksdb::FileSystem& files,
                                                 const std::filesystem::path& directory) {
  std::vector<std::string> names;
  const auto listed = files.GetChildren(directory.string(), {}, &names, nullptr);
  if (listed.IsNotFound() || listed.IsPathNotFound()) return std::vector<BackupNumber>{};
  if (!listed.ok()) {
    return std::unexpected(
        from_status(listed, fmt::format("looking for backups in {}", directory.string())));
  }
  std::vector<BackupNumber> numbers;
  for (const std::string& name : names) {
    if (const auto number = number_in(name)) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

Result<BackupManifest> read_manifest(rocksdb::FileSystem& files,
                                     const std::filesystem::path& directory, BackupNumber number) {
  const auto path = manifest_path(directory, number);
  const auto text = read_file(files, path, max_manifest_bytes);
  if (!text && text.error().code == ErrorCode::data_missing) {
    return fail(ErrorCode::data_missing,
                fmt::format("there is no backup {} in {}", number, directory.string()));
  }
  if (!text) return std::unexpected(text.error());
  auto manifest = decode_manifest(*text);
  if (!manifest) {
    return std::unexpected(
        manifest.error().with_context(fmt::format("the manifest {}", path.string())));
  }
  if (manifest->backup.number != number) {
    return fail(ErrorCode::corruption, fmt::format("the manifest {} is that of backup {}",
                                                   path.string(), manifest->backup.number));
  }
  return manifest;
}

Result<std::string> file_list_digest(rocksdb::FileSystem& files,
                                     const std::filesystem::path& directory, BackupNumber number) {
  const auto path = file_list_path(directory, number);
  std::uint64_t size = 0;
  const auto known = files.GetFileSize(path.string(), {}, &size, nullptr);
  if (!known.ok()) {
    return std::unexpected(from_status(known, fmt::format("looking at {}", path.string())));
  }
  const auto bytes = read_file(files, path, size);
  if (!bytes) return std::unexpected(bytes.error());
  return sha256_hex(*bytes);
}

}  // namespace rounds
