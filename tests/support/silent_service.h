#pragma once

#include <string>

#include "support/socket.h"

namespace flightdeck::test {

// A socket that is listened on and never answered.
class SilentService {
 public:
  SilentService() : listener_(Socket::listen_loopback(0)) {}
  std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.local_port()); }
  Socket accept() { return listener_.accept(); }
  // Somebody has connected, and was not accepted.
  bool asked() const { return listener_.readable_now(); }

 private:
  Socket listener_;
};

}  // namespace flightdeck::test
