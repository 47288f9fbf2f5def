#include "net/handshake_log.h"

#include "core/limits.h"

namespace flightdeck::net {

void HandshakeLog::refused(const std::string& peer, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = refusals_.find(peer);
    if (known != refusals_.end() && known->second == why) return;
    if (known == refusals_.end() && refusals_.size() >= limits::refused_peers_told) return;
    refusals_[peer] = why;
  }
  log_.warn("no TLS connection", {{"peer", peer}, {"error", why}});
}

void HandshakeLog::succeeded(const std::string& peer) {
  {
    const std::lock_guard lock(mutex_);
    if (refusals_.erase(peer) == 0) return;
  }
  log_.info("TLS connection is made again", {{"peer", peer}});
}

}  // namespace flightdeck::net
