#include "core/grouping_tables_v2.hpp"

#include <algorithm>
#include <array>

namespace rounds::v2 {
namespace {

using Text = std::string_view;

template <std::size_t count>
constexpr bool is_sorted_table(const std::array<Text, count>& table) {
  return std::ranges::is_sorted(table);
}

template <std::size_t count>
bool contains(const std::array<Text, count>& sorted_table, Text word) {
  return std::ranges::binary_search(sorted_table, word);
}

// Sorted, for the look-up.
constexpr auto technical_words = std::to_array<Text>(
    {"4xx",    "5xx",    "aes128",  "aes192",  "aes256",  "amd64",   "argon2",  "arm64",
     "base32", "base58", "base62",  "base64",  "bcrypt2", "blake2",  "brotli2", "bz2",
     "crc32",  "e2e",    "ec2",     "ed25519", "float32", "float64", "gen2",    "h2",
     "h264",   "h265",   "http1",   "http2",   "http3",   "i18n",    "int16",   "int32",
     "int64",  "int8",   "ipv4",    "ipv6",    "iso8601", "k8s",     "l10n",    "latin1",
     "log4j",  "lz4",    "md5",     "mp3",     "mp4",     "neo4j",   "oauth1",  "oauth2",
     "p256",   "p384",   "pbkdf2",  "pkcs1",   "pkcs12",  "pkcs7",   "pkcs8",   "psycopg2",
     "py2",    "py3",    "python2", "python3", "rfc3339", "rs256",   "s3",      "saml2",
     "sha1",   "sha224", "sha256",  "sha384",  "sha512",  "sqlite3", "ssl3",    "tls1",
     "uint16", "uint32", "uint64",  "uint8",   "urllib3", "utf16",   "utf32",   "utf8",
     "v1",     "v2",     "v3",      "v4",      "v5",      "v8",      "wgs84",   "win32",
     "win64",  "x509",   "x64",     "x86"});
static_assert(is_sorted_table(technical_words));

constexpr auto units = std::to_array<Text>(
    {"b",         "bit",      "bits", "bps",  "byte",  "bytes",  "c",       "d",     "day",
     "days",      "dpi",      "em",   "fps",  "g",     "gb",     "gbit",    "gbps",  "ghz",
     "gi",        "gib",      "h",    "hour", "hours", "hr",     "hrs",     "hz",    "k",
     "kb",        "kbit",     "kbps", "kg",   "khz",   "ki",     "kib",     "km",    "m",
     "mb",        "mbit",     "mbps", "mhz",  "mi",    "mib",    "min",     "mins",  "minute",
     "minutes",   "ms",       "msec", "nd",   "ns",    "pb",     "pt",      "px",    "qps",
     "rd",        "rpm",      "rps",  "s",    "sec",   "second", "seconds", "secs",  "st",
     "tb",        "th",       "tib",  "us",   "usec",  "w",      "week",    "weeks", "x",
     "\xC2\xB5s", "\xCE\xBCs"});
static_assert(is_sorted_table(units));

constexpr auto spaced_units = std::to_array<Text>(
    {"b",         "bit",         "bits",         "byte",  "bytes", "day",    "days",
     "gb",        "gib",         "hour",         "hours", "hr",    "hrs",    "hz",
     "kb",        "khz",         "kib",          "mb",    "mhz",   "mib",    "microseconds",
     "millis",    "millisecond", "milliseconds", "min",   "mins",  "minute", "minutes",
     "ms",        "msec",        "nanoseconds",  "ns",    "s",     "sec",    "second",
     "seconds",   "secs",        "tb",           "tib",   "us",    "week",   "weeks",
     "\xC2\xB5s", "\xCE\xBCs"});
static_assert(is_sorted_table(spaced_units));

constexpr auto host_suffixes = std::to_array<Text>(
    {"app", "at",    "au",          "be",   "biz", "br",       "ca",      "ch",  "cloud", "cn",
     "co",  "com",   "corp",        "de",   "dev", "edu",      "es",      "eu",  "fi",    "fr",
     "gov", "home",  "in",          "info", "int", "internal", "invalid", "io",  "it",    "jp",
     "lan", "local", "localdomain", "mil",  "net", "nl",       "no",      "org", "pl",    "ru",
     "se",  "svc",   "test",        "tv",   "uk",  "us"});
static_assert(is_sorted_table(host_suffixes));

constexpr auto root_folders = std::to_array<Text>(
    {"Applications", "Library", "System",  "Users", "Volumes",  "app",   "boot",  "builds",
     "data",         "dev",     "etc",     "home",  "lib",      "lib64", "media", "mnt",
     "nix",          "opt",     "private", "proc",  "root",     "run",   "sbin",  "srv",
     "sys",          "tmp",     "usr",     "var",   "workspace"});
static_assert(is_sorted_table(root_folders));

constexpr auto data_keys = std::to_array<Text>(
    {"account", "addr",     "address",   "customer",  "date",     "duration", "elapsed",  "email",
     "file",    "filename", "guid",      "host",      "hostname", "id",       "instance", "ip",
     "key",     "latency",  "login",     "name",      "node",     "offset",   "path",     "peer",
     "pid",     "pod",      "request",   "requestid", "server",   "session",  "size",     "tenant",
     "thread",  "time",     "timestamp", "token",     "trace",    "traceid",  "ts",       "uid",
     "uri",     "url",      "user",      "userid",    "username", "uuid",     "val",      "value"});
static_assert(is_sorted_table(data_keys));

constexpr auto code_word_table = std::to_array<Text>(
    {"code",      "codes",    "status",     "statuscode", "errno",   "sqlstate", "exit",
     "errorcode", "exitcode", "returncode", "signal",     "hresult", "http",     "http/",
     "http/1.0",  "http/1.1", "http/2",     "http/2.0",   "http/3",  "ora"});
constexpr auto weak_code_word_table = std::to_array<Text>({"error", "err", "rc", "exception"});
constexpr auto status_verb_table =
    std::to_array<Text>({"answered", "returned", "responded", "responded with", "received", "got",
                         "failed with", "replied", "answered with", "response", "failed:"});

constexpr auto before_names = std::to_array<Text>(
    {"attribute",   "property",   "properties",      "reading",   "setting",
     "module",      "method",     "function",        "class",     "column",
     "relation",    "table",      "field",           "argument",  "parameter",
     "variable",    "constant",   "symbol",          "package",   "import",
     "type",        "interface",  "trait",           "struct",    "enum",
     "namespace",   "constraint", "for key",         "array key", "undefined index",
     "invoke",      "because",    "return value of", "load from", "store to",
     "instance of", "operation",  "keyword",         "label",     "protocol",
     "stringvalue", "desc",       "reason",          "message",   "cause",
     "code",        "error",      "database",        "schema",    "extension",
     "directive",   "component",  "command",         "option",    "kind"});
constexpr auto behind_names = std::to_array<Text>(
    {" object", " of undefined", " of null", " is not defined", " is not a function",
     " is not a constructor", " is not iterable", " is undefined", " is null", " was null",
     " because ", " instance", " for nil", " for an instance of", " for #<", " is required",
     " must be ", " were found in "});

}  // namespace

bool is_technical_word(Text word) {
  return contains(technical_words, word);
}

bool is_unit(Text word) {
  return contains(units, word);
}

bool is_spaced_unit(Text word) {
  return contains(spaced_units, word);
}

bool is_host_suffix(Text label) {
  return contains(host_suffixes, label);
}

bool is_root_folder(Text folder) {
  return contains(root_folders, folder);
}

bool is_data_key(Text word) {
  return contains(data_keys, word);
}

std::span<const Text> code_words() {
  return code_word_table;
}

std::span<const Text> weak_code_words() {
  return weak_code_word_table;
}

std::span<const Text> status_verbs() {
  return status_verb_table;
}

std::span<const Text> words_before_names() {
  return before_names;
}

std::span<const Text> words_behind_names() {
  return behind_names;
}

bool is_empty_type(Text type) {
  return type.empty() || type == "Error" || type == "error" || type == "string" ||
         type == "String" || type == "object" || type == "Object";
}

}  // namespace rounds::v2
