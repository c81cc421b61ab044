#include "tests/daemon/certificate.hpp"

#include <cstdio>
#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/check.hpp"

namespace rounds::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open_file(const std::filesystem::path& path) {
  File file(std::fopen(path.c_str(), "w"), &std::fclose);
  ROUNDS_CHECK(file != nullptr, "a test may write its files");
  return file;
}

void add_extension(X509& certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  ROUNDS_CHECK(extension != nullptr, "the extension is well-formed");
  X509_add_ext(&certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate make_certificate(EVP_PKEY& key, const std::string& name) {
  constexpr long day_seconds = 24L * 60 * 60;
  Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), day_seconds);
  X509_set_pubkey(certificate.get(), &key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  add_extension(*certificate, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  add_extension(*certificate, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate.get(), &key, EVP_sha256());
  return certificate;
}

}  // namespace

daemon::TlsFiles write_certificate(const std::filesystem::path& directory,
                                   const std::string& name) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  ROUNDS_CHECK(key != nullptr, "libcrypto makes keys");
  const Certificate certificate = make_certificate(*key, name);
  const daemon::TlsFiles files{directory / (name + ".pem"), directory / (name + ".key")};
  PEM_write_X509(open_file(files.certificate).get(), certificate.get());
  PEM_write_PrivateKey(open_file(files.key).get(), key.get(), nullptr, nullptr, 0, nullptr,
                       nullptr);
  using std::filesystem::perms;
  std::filesystem::permissions(files.key, perms::owner_read | perms::owner_write);
  return files;
}

}  // namespace rounds::test
