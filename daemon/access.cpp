#include "daemon/access.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/check.hpp"

namespace rounds::daemon {
namespace {

constexpr std::string_view scheme = "bearer";

// Far more than max_tokens of the longest.
constexpr std::size_t max_token_file_bytes = 128 * 1024;

// The characters of a token68 (RFC 9110, section 11.2).
bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~+/=").contains(c);
}

TokenDigest digest_of(std::string_view token) {
  TokenDigest digest{};
  unsigned size = 0;
  const int made =
      EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr);
  ROUNDS_CHECK(made == 1 && size == digest.size(), "libcrypto makes SHA-256 digests");
  return digest;
}

// Looks at all of `tokens`, whichever it is.
bool contains(const std::vector<TokenDigest>& tokens, const TokenDigest& digest) {
  bool found = false;
  for (const TokenDigest& known : tokens) {
    found |= CRYPTO_memcmp(known.data(), digest.data(), digest.size()) == 0;
  }
  return found;
}

// The token in an Authorization field; empty: there is none.
std::string_view bearer_token(std::string_view authorization) {
  const bool is_bearer = authorization.size() > scheme.size() &&
                         authorization[scheme.size()] == ' ' &&
                         std::ranges::equal(authorization.substr(0, scheme.size()), scheme,
                                            [](char c, char lower) { return (c | 0x20) == lower; });
  if (!is_bearer) return {};
  authorization.remove_prefix(scheme.size());
  const std::size_t begin = authorization.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view{} : authorization.substr(begin);
}

std::string_view without_spaces(std::string_view line) {
  constexpr std::string_view spaces = " \t\r";
  const std::size_t begin = line.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(spaces) - begin + 1);
}

Result<TokenDigest> read_token(std::string_view token, std::string_view place) {
  if (token.size() < min_token_bytes || token.size() > max_token_bytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} has a token of {} characters; use {} to {}, as openssl rand -hex "
                            "32 makes them",
                            place, token.size(), min_token_bytes, max_token_bytes));
  }
  if (!std::ranges::all_of(token, is_token_character)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} has a token with characters other than letters, digits and "
                            "-._~+/=; make one with openssl rand -hex 32",
                            place));
  }
  return digest_of(token);
}

Result<std::string> read_small_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(max_token_file_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return fail(ErrorCode::io_error,
                fmt::format("the token file {} cannot be read", path.string()));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() == max_token_file_bytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the token file {} has {} bytes or more; it holds one token a line",
                            path.string(), max_token_file_bytes));
  }
  return text;
}

}  // namespace

Result<void> check_secret_file(const std::filesystem::path& path, std::string_view what) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error || !std::filesystem::exists(status)) {
    return fail(ErrorCode::io_error,
                fmt::format("the {} {} cannot be read: {}", what, path.string(),
                            error ? error.message() : "it is not there"));
  }
  using std::filesystem::perms;
  if ((status.permissions() & (perms::others_read | perms::others_write)) != perms::none) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the {} {} can be read or written by everybody; chmod o= it", what,
                            path.string()));
  }
  return {};
}

Result<std::vector<TokenDigest>> read_token_file(const std::filesystem::path& path) {
  if (auto checked = check_secret_file(path, "token file"); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  const auto text = read_small_file(path);
  if (!text) return std::unexpected(text.error());
  std::vector<TokenDigest> digests;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text->size();) {
    ++number;
    const std::size_t end = std::min(text->find('\n', begin), text->size());
    const auto line = without_spaces(std::string_view(*text).substr(begin, end - begin));
    begin = end + 1;
    if (line.empty() || line.starts_with('#')) continue;
    auto digest = read_token(line, fmt::format("line {} of {}", number, path.string()));
    if (!digest) return std::unexpected(std::move(digest.error()));
    digests.push_back(*digest);
  }
  if (digests.empty() || digests.size() > max_tokens) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the token file {} holds {} tokens; put 1 to {} there, one a line",
                            path.string(), digests.size(), max_tokens));
  }
  return digests;
}

Result<void> AccessControl::load(const TokenFiles& files) {
  if (files.ingest.empty() && files.admin.empty()) {
    const std::lock_guard lock(mutex_);
    tokens_.reset();
    return {};
  }
  auto tokens = std::make_shared<Tokens>();
  for (const auto& [path, kind] :
       {std::pair{&files.ingest, &tokens->ingest}, std::pair{&files.admin, &tokens->admin}}) {
    if (path->empty()) continue;
    auto digests = read_token_file(*path);
    if (!digests) return std::unexpected(std::move(digests.error()));
    *kind = *std::move(digests);
  }
  const std::lock_guard lock(mutex_);
  tokens_ = std::move(tokens);
  return {};
}

std::shared_ptr<const AccessControl::Tokens> AccessControl::tokens() const {
  const std::lock_guard lock(mutex_);
  return tokens_;
}

bool AccessControl::is_enforced() const {
  return tokens() != nullptr;
}

bool AccessControl::is_ingest_token(std::string_view token) const {
  const auto known = tokens();
  if (known == nullptr) return true;
  const TokenDigest digest = digest_of(token);
  const bool ingest = contains(known->ingest, digest);
  const bool admin = contains(known->admin, digest);
  return ingest || admin;
}

bool AccessControl::admits(Access access, std::string_view authorization) const {
  if (access == Access::open) return true;
  const auto known = tokens();
  if (known == nullptr) return true;
  const TokenDigest digest = digest_of(bearer_token(authorization));
  const bool ingest = contains(known->ingest, digest);
  const bool admin = contains(known->admin, digest);
  return admin || (ingest && access == Access::ingest);
}

std::string challenge(Access access) {
  return fmt::format("Bearer realm=\"rounds {}\"", access == Access::ingest ? "ingest" : "admin");
}

bool is_local_host(std::string_view host) {
  std::string_view name = host;
  if (name.starts_with('[')) {
    name = name.substr(1, std::min(name.find(']'), name.size()) - 1);
  } else {
    name = name.substr(0, name.rfind(':'));
  }
  const bool is_public = name.contains('.');
  if (!is_public && !name.empty()) return true;
  boost::system::error_code error;
  boost::asio::ip::make_address(std::string(name), error);
  return !error;
}

bool is_local_origin(std::string_view origin) {
  const std::size_t host = origin.find("://");
  return host != std::string_view::npos && is_local_host(origin.substr(host + 3));
}

}  // namespace rounds::daemon
