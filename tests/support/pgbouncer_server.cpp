#include "support/pgbouncer_server.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>

namespace flightdeck::test {
namespace {

constexpr const char* kProgram = "/usr/sbin/pgbouncer";

// It refuses to run as root.
std::optional<Account> account_of_pgbouncer() {
  if (::geteuid() != 0) return std::nullopt;
  return account_named("postgres");
}

}  // namespace

PgBouncerServer::PgBouncerServer(const PostgresServer& postgres, const std::string& pool_mode)
    : server_("PgBouncer", account_of_pgbouncer()), postgres_port_(postgres.port()), pool_mode_(pool_mode) {
  if (!std::filesystem::exists(kProgram))
    throw std::runtime_error("PgBouncer is not installed (./dev setup test)");
  write_text(server_.directory() / "users", "\"flightdeck\" \"pass/word\"\n");
  start();
}

PgBouncerServer::~PgBouncerServer() {
  try {
    kill();
  } catch (const std::exception&) {
    // It dies with its process object.
  }
}

void PgBouncerServer::start() {
  const auto command = [this](std::uint16_t port) {
    // Asked again at once when PostgreSQL is back; 15 s is its default.
    write_text(
        server_.directory() / "pgbouncer.ini",
        "[databases]\n* = host=127.0.0.1 port=" + std::to_string(postgres_port_) +
            "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + std::to_string(port) +
            "\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = users\npool_mode = " + pool_mode_ +
            "\ndefault_pool_size = 50\nmax_client_conn = 200\nserver_login_retry = 0.2\n");
    return std::vector<std::string>{kProgram, "pgbouncer.ini"};
  };
  const auto answers = [](std::uint16_t port) {
    const std::string url = "postgresql://flightdeck:pass%2Fword@127.0.0.1:" + std::to_string(port) +
                            "/postgres?connect_timeout=2";
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), &PQfinish);
    return PQstatus(connection.get()) == CONNECTION_OK;
  };
  server_.start(command, answers);
}

}  // namespace flightdeck::test
