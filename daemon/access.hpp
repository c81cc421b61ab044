// Who may do what: bearer tokens, read from files.
//
// An ingest token may send telemetry; an admin token may do everything. Without any token file
// everybody may do everything, which is for the loopback interface. Only digests of the tokens are
// kept, and comparing takes the same time whatever the client sent. Usable from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace rounds::daemon {

// What a route asks of its clients.
enum class Access : std::uint8_t {
  admin,   // an admin token
  ingest,  // an ingest or an admin token
  open,    // nothing; or the handler asks itself, as for clients that cannot send bearer tokens
};

// A shorter one can be guessed. `openssl rand -hex 32` makes one of 64 characters.
inline constexpr std::size_t min_token_bytes = 16;

// A line of a file; real tokens are far below it, and a header must hold one.
inline constexpr std::size_t max_token_bytes = 1024;

// Of one file: each costs a comparison for each request. Two are enough to replace one by another.
inline constexpr std::size_t max_tokens = 64;

// Where the tokens are; an empty path: there are none of this kind.
struct TokenFiles {
  std::filesystem::path ingest;
  std::filesystem::path admin;
};

// The SHA-256 digest of a token.
using TokenDigest = std::array<std::uint8_t, 32>;

// The tokens of a file, one a line; empty lines and lines that begin with # are passed over. Errors
// name the file: io_error if it cannot be read; invalid_argument if others than owner and group may
// read or write it, it holds no token, too many, or one that is too short, too long or has
// characters that cannot stand in a header. No message quotes a token.
[[nodiscard]] Result<std::vector<TokenDigest>> read_token_file(const std::filesystem::path& path);

// Errors: io_error if `path` cannot be read; invalid_argument if others than owner and group may
// read or write it. `what` names it in messages.
[[nodiscard]] Result<void> check_secret_file(const std::filesystem::path& path,
                                             std::string_view what);

class AccessControl {
 public:
  // No tokens: everybody may do everything.
  AccessControl() = default;

  // Reads the files anew. Requests that are admitted already go on. Errors: those of
  // read_token_file(), after which the tokens are those of before.
  [[nodiscard]] Result<void> load(const TokenFiles& files);

  // Whether clients need tokens.
  [[nodiscard]] bool is_enforced() const;

  // Whether a client with this token may send telemetry: an ingest or admin token, or any text if
  // no tokens are needed.
  [[nodiscard]] bool is_ingest_token(std::string_view token) const;

  // Whether a client with this Authorization field may use a route that asks for `access`.
  [[nodiscard]] bool admits(Access access, std::string_view authorization) const;

 private:
  struct Tokens {
    std::vector<TokenDigest> ingest;
    std::vector<TokenDigest> admin;
  };

  [[nodiscard]] std::shared_ptr<const Tokens> tokens() const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Tokens> tokens_;  // null: no tokens are needed
};

// The value of WWW-Authenticate in a 401 answer (RFC 6750).
[[nodiscard]] std::string challenge(Access access);

// Whether a Host field, with or without a port, names a machine nearby: an IP address, or a name
// without a dot. A page of another site can have a name of its own point here (DNS rebinding); such
// names have dots.
[[nodiscard]] bool is_local_host(std::string_view host);

// Whether an Origin field is that of a page that this machine serves. Browsers send the field with
// whatever a page of another site asks for; other clients do not have it.
[[nodiscard]] bool is_local_origin(std::string_view origin);

}  // namespace rounds::daemon
