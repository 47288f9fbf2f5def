// One server for all tests of a suite: started before the first, stopped (and checked to stop cleanly) after
// the last. Tests keep apart by using flights and users of their own.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "support/api_client.h"
#include "support/server_process.h"

namespace flightdeck::test {

// `Settings` is a type of the suite's own with `static std::vector<std::string> flags()`.
template <class Settings>
class ServerSuite : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<ServerProcess>(Settings::flags());
    server_->start();
  }
  static void TearDownTestSuite() {
    if (server_) server_->stop_cleanly();
    server_.reset();
  }

  static ServerProcess& server() { return *server_; }
  static HttpClient another_client() { return HttpClient(server_->port()); }

  ApiClient api{server_->port()};
  HttpClient& http = api.http();
  const std::unique_ptr<Probe> own_probe = server_->probe();
  const Probe& probe = *own_probe;

 private:
  static inline std::unique_ptr<ServerProcess> server_;
};

// Every charge succeeds or fails at once.
inline std::vector<std::string> instant_payment(std::string success_rate) {
  return {"--mock-min-delay-ms",  "0", "--mock-max-delay-ms", "0", "--mock-success-rate",
          std::move(success_rate)};
}

// The payment service never answers a charge; asked later, it says failure. Callbacks settle.
inline std::vector<std::string> silent_payment() {
  return {"--mock-timeout-rate", "1", "--mock-success-rate", "0"};
}

inline std::vector<std::string> joined(std::vector<std::string> flags, const std::vector<std::string>& more) {
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

}  // namespace flightdeck::test
