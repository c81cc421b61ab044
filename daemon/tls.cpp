#include "daemon/tls.hpp"

#include <utility>

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "daemon/access.hpp"

namespace rounds::daemon {
namespace {

namespace ssl = boost::asio::ssl;

std::unexpected<Error> unusable(std::string_view what, const std::filesystem::path& path,
                                const boost::system::error_code& error) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("the {} {} cannot be used: {}", what, path.string(), error.message()));
}

}  // namespace

Result<void> TlsIdentity::load(const TlsFiles& files) {
  if (auto checked = check_secret_file(files.key, "TLS key file"); !checked) return checked;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  // Renegotiation lets a client have the server compute again and again.
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
  // Tickets resume sessions as well, and cost no memory here.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // of idle connections
  boost::system::error_code error;
  // Otherwise OpenSSL would ask for it on the terminal.
  static_cast<void>(context->set_password_callback(
      [](std::size_t, ssl::context::password_purpose) { return std::string(); }, error));
  if (!error) {
    static_cast<void>(context->use_certificate_chain_file(files.certificate.string(), error));
  }
  if (error) return unusable("TLS certificate file", files.certificate, error);
  static_cast<void>(context->use_private_key_file(files.key.string(), ssl::context::pem, error));
  if (error) return unusable("TLS key file", files.key, error);
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
  return {};
}

std::shared_ptr<ssl::context> TlsIdentity::context() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

}  // namespace rounds::daemon
