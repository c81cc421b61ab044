#include "core/sha256.hpp"

#include <array>
#include <cstdint>
#include <memory>

#include <openssl/evp.h>

#include "core/check.hpp"
#include "core/ids.hpp"

namespace rounds {
namespace {

constexpr std::size_t sha256_bytes = 32;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Looked up once: OpenSSL 3 otherwise searches its providers under a lock for every digest.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  ROUNDS_CHECK(fetched != nullptr, "libcrypto offers no SHA-256");
  return fetched;
}

EVP_MD_CTX* thread_context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  ROUNDS_CHECK(context != nullptr, "no memory for a digest");
  return context.get();
}

}  // namespace

std::string sha256_hex(std::string_view data) {
  EVP_MD_CTX* const context = thread_context();
  std::array<std::uint8_t, sha256_bytes> digest{};
  // With memory and an algorithm at hand, these have no other way to fail.
  const bool done = EVP_DigestInit_ex2(context, algorithm(), nullptr) == 1 &&
                    EVP_DigestUpdate(context, data.data(), data.size()) == 1 &&
                    EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1;
  ROUNDS_CHECK(done, "libcrypto failed to compute SHA-256");
  return to_hex(digest);
}

}  // namespace rounds
