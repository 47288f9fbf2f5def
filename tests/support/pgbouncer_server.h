// Debian's PgBouncer in front of a test's PostgreSQL, on a free port of the loopback.
#pragma once

#include <csignal>
#include <string>

#include "support/postgres_server.h"

namespace flightdeck::test {

class PgBouncerServer {
 public:
  // `pool_mode`: session, transaction. Starts it. Throws when it does not start.
  PgBouncerServer(const PostgresServer& postgres, const std::string& pool_mode);
  ~PgBouncerServer();

  void start();
  // As a crash: every connection through it breaks.
  void kill() { server_.stop(SIGKILL); }

  // The same database, through it.
  std::string through(const std::string& url) const { return PostgresServer::with_port(url, server_.port()); }

 private:
  LocalServer server_;
  std::uint16_t postgres_port_;
  std::string pool_mode_;
};

}  // namespace flightdeck::test
