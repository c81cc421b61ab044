#include "ingest/base64.hpp"

#include <algorithm>

#include <openssl/evp.h>

#include "core/check.hpp"

namespace rounds {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* as_bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  ROUNDS_CHECK(bytes.size() <= std::size_t{1} << 30U, "OpenSSL counts in int");
  const std::size_t length = 4 * ((bytes.size() + 2) / 3);
  std::string text(length + 1, '\0');  // OpenSSL ends the text with a zero
  EVP_EncodeBlock(as_bytes(text), as_bytes(bytes), static_cast<int>(bytes.size()));
  text.resize(length);
  return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1 || text.size() > std::size_t{1} << 30U) return std::nullopt;
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  // OpenSSL would take spaces and more padding.
  if (standard.find_first_not_of(alphabet) != std::string::npos) return std::nullopt;
  const std::size_t length = standard.size() * 3 / 4;
  standard.resize((standard.size() + 3) / 4 * 4, '=');
  std::string bytes(standard.size() / 4 * 3, '\0');
  EVP_DecodeBlock(as_bytes(bytes), as_bytes(standard), static_cast<int>(standard.size()));
  bytes.resize(length);
  return bytes;
}

}  // namespace rounds
