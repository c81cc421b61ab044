// TLS: from the client of the tools to the server and back, and new certificates while it runs.
#include "daemon/tls.hpp"

#include <chrono>
#include <fstream>

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>

#include "tests/daemon/certificate.hpp"
#include "tests/daemon/server_fixture.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/http_client.hpp"

namespace rounds::test {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;

class Tls : public ServerTest {
 protected:
  void start_encrypted() {
    first_ = write_certificate(directory_.path(), "first");
    const auto loaded = identity_->load(first_);
    ASSERT_TRUE(loaded) << loaded.error().message;
    daemon::ServerOptions options;
    options.tls = identity_;
    start(options);
  }

  // Of GET /healthz by a client that trusts `certificate` alone.
  [[nodiscard]] Result<tools::HttpAnswer> ask(const std::filesystem::path& certificate,
                                              const std::string& host = "127.0.0.1") const {
    const auto client = tools::HttpClient::open(
        "https://" + host + ":" + std::to_string(server_->endpoint().port()),
        {.token = {}, .ca_file = certificate.string()});
    if (!client) return std::unexpected(client.error());
    return client->send({.post = false, .target = "/healthz", .content_type = {}, .body = {}});
  }

  TemporaryDirectory directory_;
  daemon::TlsFiles first_;
  const std::shared_ptr<daemon::TlsIdentity> identity_ = std::make_shared<daemon::TlsIdentity>();
};

// A client that keeps its connection.
class TlsConnection {
 public:
  explicit TlsConnection(const asio::ip::tcp::endpoint& server) {
    stream_.lowest_layer().connect(server);
    stream_.handshake(ssl::stream_base::client);
  }

  // Whether a request is answered with 200.
  bool ask() {
    asio::write(stream_, asio::buffer(request_text("GET", "/healthz")));
    std::string received(4096, '\0');
    const std::size_t bytes = stream_.read_some(asio::buffer(received));
    return received.substr(0, bytes).starts_with("HTTP/1.1 200");
  }

 private:
  asio::io_context context_;
  ssl::context tls_{ssl::context::tls_client};
  ssl::stream<asio::ip::tcp::socket> stream_{context_, tls_};
};

TEST_F(Tls, AnswersClientsThatTrustItsCertificate) {
  start_encrypted();
  EXPECT_TRUE(server_->url().starts_with("https://127.0.0.1:")) << server_->url();
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const auto answer = ask(first_.certificate, host);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200U);
  }
}

TEST_F(Tls, ClientsNoticeAnotherServer) {
  start_encrypted();
  const auto other = write_certificate(directory_.path(), "other");
  const auto answer = ask(other.certificate);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_NE(answer.error().message.find("certificate"), std::string::npos)
      << answer.error().message;
}

TEST_F(Tls, ANewCertificateCountsForNewConnectionsAndDropsNone) {
  start_encrypted();
  TlsConnection kept(server_->endpoint());
  EXPECT_TRUE(kept.ask());
  const auto second = write_certificate(directory_.path(), "second");
  ASSERT_TRUE(identity_->load(second));
  EXPECT_TRUE(kept.ask());
  EXPECT_TRUE(ask(second.certificate));
  EXPECT_FALSE(ask(first_.certificate));
  EXPECT_TRUE(kept.ask());
}

TEST_F(Tls, EndsConnectionsThatSpeakSomethingElse) {
  start_encrypted();
  Connection plain = connect();
  plain.send(request_text("GET", "/healthz"));
  EXPECT_FALSE(ask(directory_.path() / "absent.pem"));
  Connection closing = connect();
  closing.send(std::string(4096, '\xFF'));
  EXPECT_TRUE(ask(first_.certificate)) << "and goes on";
}

TEST_F(Tls, RefusesOldVersions) {
  start_encrypted();
  asio::io_context context;
  ssl::context old(ssl::context::tls_client);
  SSL_CTX_set_security_level(old.native_handle(), 0);
  SSL_CTX_set_min_proto_version(old.native_handle(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(old.native_handle(), TLS1_1_VERSION);
  ssl::stream<asio::ip::tcp::socket> stream(context, old);
  stream.lowest_layer().connect(server_->endpoint());
  boost::system::error_code error;
  stream.handshake(ssl::stream_base::client, error);
  EXPECT_TRUE(error);
}

TEST_F(Tls, StopsWhileAClientPutsItsHandshakeOff) {
  start_encrypted();
  Connection silent = connect();
  EXPECT_TRUE(ask(first_.certificate));  // so the silent one was accepted before
  const auto begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, daemon::header_timeout / 2);
  EXPECT_TRUE(silent.ends());
}

TEST_F(Tls, FilesThatDoNotFitAreRefusedAndTheOldOnesStay) {
  const auto good = write_certificate(directory_.path(), "good");
  const auto other = write_certificate(directory_.path(), "other");
  ASSERT_TRUE(identity_->load(good));
  const auto before = identity_->context();
  const auto garbage = directory_.path() / "garbage";
  std::ofstream(garbage) << "no PEM\n";
  std::filesystem::permissions(garbage, std::filesystem::perms::owner_read);
  const auto open = directory_.path() / "open.key";
  std::filesystem::copy_file(good.key, open);
  std::filesystem::permissions(open, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  for (const daemon::TlsFiles& files :
       {daemon::TlsFiles{good.certificate, other.key}, daemon::TlsFiles{garbage, good.key},
        daemon::TlsFiles{good.certificate, garbage}, daemon::TlsFiles{good.certificate, open},
        daemon::TlsFiles{good.certificate, directory_.path() / "absent"},
        daemon::TlsFiles{directory_.path() / "absent", good.key}}) {
    const auto loaded = identity_->load(files);
    ASSERT_FALSE(loaded) << files.certificate << files.key;
    EXPECT_NE(loaded.error().message.find(directory_.path().string()), std::string::npos)
        << loaded.error().message;
    EXPECT_EQ(identity_->context(), before);
  }
}

}  // namespace
}  // namespace rounds::test
