#include "support/tls_certificates.h"

#include <stdexcept>

namespace flightdeck::test {

namespace {

// An elliptic curve: such keys are made in no time.
const std::vector<std::string> kNewKey{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"};

std::vector<std::string> operator+(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TlsAuthority::TlsAuthority() : own_{folder_ / "authority.pem", folder_ / "authority.key"} {
  openssl(std::vector<std::string>{"req", "-x509"} + kNewKey +
          std::vector<std::string>{"-days", "2", "-subj", "/CN=An authority of the tests", "-keyout",
                                   own_.key.string(), "-out", own_.certificate.string()});
}

TlsCertificate TlsAuthority::sign(const std::string& names, int days) {
  const std::string name = std::to_string(++signed_);
  const TlsCertificate made{folder_ / (name + ".pem"), folder_ / (name + ".key")};
  const auto request = folder_ / (name + ".csr");
  const auto extensions = folder_ / (name + ".ext");
  write_text(extensions, "subjectAltName=" + names + "\n");
  openssl(std::vector<std::string>{"req"} + kNewKey +
          std::vector<std::string>{"-subj", "/CN=A server of the tests", "-keyout", made.key.string(), "-out",
                                   request.string()});
  openssl({"x509", "-req", "-in", request.string(), "-CA", own_.certificate.string(), "-CAkey",
           own_.key.string(), "-CAcreateserial", "-days", std::to_string(days), "-extfile",
           extensions.string(), "-out", made.certificate.string()});
  return made;
}

void TlsAuthority::openssl(const std::vector<std::string>& arguments) {
  const auto log = folder_ / "log";
  Subprocess program(std::vector<std::string>{"/usr/bin/openssl"} + arguments, {}, folder_.path(), log, log);
  if (program.wait(patient(std::chrono::seconds(60))) != 0)
    throw std::runtime_error("openssl: " + read_text(log));
}

}  // namespace flightdeck::test
