// The certificate and key with which the daemon speaks TLS, which can be replaced while it runs.
//
// TLS 1.2 and later, with OpenSSL's default ciphers. Usable from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include <boost/asio/ssl/context.hpp>

#include "core/error.hpp"

namespace rounds::daemon {

struct TlsFiles {
  std::filesystem::path certificate;  // PEM: the certificate, then those that vouch for it
  std::filesystem::path key;          // PEM, without a passphrase
};

class TlsIdentity {
 public:
  // Reads the files anew, for the connections to come; those that are open go on with what they
  // began with. Errors name the file: io_error if the key cannot be read; invalid_argument if
  // everybody may read it, a file is not PEM, or the key is not that of the certificate. The
  // identity is then the one of before.
  [[nodiscard]] Result<void> load(const TlsFiles& files);

  // For one connection; null before the first load().
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> context() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace rounds::daemon
