// Throw-away certificates, made with the openssl program.
#pragma once

#include <filesystem>
#include <string>

#include "support/subprocess.h"

namespace flightdeck::test {

// In PEM files.
struct TlsCertificate {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

// Signs certificates. Nobody trusts it but who is given its own.
class TlsAuthority {
 public:
  TlsAuthority();

  // For SSL_CERT_FILE.
  const std::filesystem::path& certificate() const { return own_.certificate; }
  // `names` as OpenSSL writes them, such as `DNS:localhost,IP:127.0.0.1`. It is valid for so many days from
  // now; with fewer than 0 it has expired.
  TlsCertificate sign(const std::string& names, int days = 2);

 private:
  void openssl(const std::vector<std::string>& arguments);

  TemporaryDirectory folder_;
  TlsCertificate own_;
  int signed_ = 0;
};

}  // namespace flightdeck::test
