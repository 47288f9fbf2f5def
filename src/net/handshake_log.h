// Says in the log that a peer cannot be trusted, and that it can be again.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "core/log.h"

namespace flightdeck::net {

// Thread-safe: one a process, since every thread's client meets the same certificate. A refusal is told once,
// and anew when the reason is another; so is that a handshake succeeds after it.
class HandshakeLog {
 public:
  // `log` outlives it.
  explicit HandshakeLog(Log& log) : log_(log) {}

  // `peer`: host and port. `why` is for people.
  void refused(const std::string& peer, const std::string& why);
  void succeeded(const std::string& peer);

 private:
  Log& log_;
  std::mutex mutex_;
  // By peer; at most limits::refused_peers_told.
  std::map<std::string, std::string> refusals_;
};

}  // namespace flightdeck::net
