#include "support/postgres_server.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace flightdeck::test {
namespace {

constexpr const char* kUser = "flightdeck";
// Needs escaping in a URL.
constexpr const char* kPassword = "pass/word";
constexpr const char* kPasswordInUrl = "pass%2Fword";

// PostgreSQL refuses to run as root; Debian's package brings an account for it.
std::optional<Account> account_of_postgres() {
  if (::geteuid() != 0) return std::nullopt;
  return account_named("postgres");
}

std::filesystem::path newest_programs() {
  std::vector<std::filesystem::path> found;
  const std::filesystem::path versions = "/usr/lib/postgresql";
  if (std::filesystem::exists(versions)) {
    for (const auto& entry : std::filesystem::directory_iterator(versions)) {
      if (std::filesystem::exists(entry.path() / "bin" / "postgres")) found.push_back(entry.path() / "bin");
    }
  }
  if (found.empty()) throw std::runtime_error("PostgreSQL is not installed (./dev setup test)");
  return *std::max_element(found.begin(), found.end());
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

Connection connect(const std::string& url) { return {PQconnectdb(url.c_str()), &PQfinish}; }

std::string database_of(const std::string& url) { return url.substr(url.rfind('/') + 1); }

}  // namespace

PostgresServer::PostgresServer(std::vector<std::string> settings)
    : server_("PostgreSQL", account_of_postgres()), programs_(newest_programs()) {
  const std::filesystem::path password_file = server_.directory() / "password";
  write_text(password_file, kPassword);
  server_.run_to_end({programs_ / "initdb", "--no-sync", "--no-instructions", "--auth=scram-sha-256",
                      "--encoding=UTF8", "--locale=C.UTF-8", "--username", kUser, "--pwfile",
                      password_file.string(), "data"});
  std::ofstream config(server_.directory() / "data" / "postgresql.conf", std::ios::app);
  config << "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 200\n";
  for (const std::string& line : settings) config << line << '\n';
  config.close();
  start();
}

PostgresServer::~PostgresServer() {
  try {
    go_on();
    stop_immediately();
  } catch (const std::exception&) {
    // It dies with its process object.
  }
}

void PostgresServer::start() {
  const auto command = [this](std::uint16_t port) {
    return std::vector<std::string>{programs_ / "postgres", "-D", "data", "-p", std::to_string(port)};
  };
  const auto answers = [](std::uint16_t port) {
    const std::string url = "postgresql://" + std::string(kUser) + ":" + kPasswordInUrl +
                            "@127.0.0.1:" + std::to_string(port) + "/postgres?connect_timeout=2";
    return PQstatus(connect(url).get()) == CONNECTION_OK;
  };
  server_.start(command, answers);
}

void PostgresServer::stop() { server_.stop(SIGINT); }
void PostgresServer::stop_immediately() { server_.stop(SIGQUIT); }

// The postmaster and every process it has started.
void PostgresServer::signal_all(int number) {
  if (!server_.running()) return;
  const std::string postmaster = [this] {
    std::istringstream lines(read_text(server_.directory() / "data" / "postmaster.pid"));
    std::string first;
    std::getline(lines, first);
    return first;
  }();
  if (postmaster.empty()) return;
  // First, so that a postmaster that stands still starts no more of them.
  server_.send_signal(number);
  std::istringstream children(read_text("/proc/" + postmaster + "/task/" + postmaster + "/children"));
  for (pid_t child = 0; children >> child;) ::kill(child, number);
}

void PostgresServer::freeze() { signal_all(SIGSTOP); }
void PostgresServer::go_on() { signal_all(SIGCONT); }

std::string PostgresServer::url_of(const std::string& database) const {
  return "postgresql://" + std::string(kUser) + ":" + kPasswordInUrl +
         "@127.0.0.1:" + std::to_string(port()) + "/" + database;
}

std::string PostgresServer::with_port(const std::string& url, std::uint16_t port) {
  const std::size_t at = url.find("@127.0.0.1:") + std::string("@127.0.0.1:").size();
  return url.substr(0, at) + std::to_string(port) + url.substr(url.find('/', at));
}

std::string PostgresServer::log_from(std::size_t begin) const {
  std::ifstream log(server_.log_file(), std::ios::binary);
  log.seekg(static_cast<std::streamoff>(begin));
  return {std::istreambuf_iterator<char>(log), {}};
}

void PostgresServer::execute(const std::string& sql) {
  const Connection connection = connect(url_of("postgres"));
  PGresult* result = PQexec(connection.get(), sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  PQclear(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  }
}

std::string PostgresServer::make_database(const std::string& template_url) {
  static std::atomic<int> last{0};
  const std::string name = "test" + std::to_string(++last);
  // Logging every page writes more than copying the files would, but waits for no checkpoint: on a busy disk
  // that is some tenths of a second instead of seconds.
  execute("CREATE DATABASE " + name + " STRATEGY wal_log TEMPLATE " +
          (template_url.empty() ? "template0" : database_of(template_url)));
  return url_of(name);
}

void PostgresServer::drop_database(const std::string& url) {
  execute("DROP DATABASE IF EXISTS " + database_of(url) + " WITH (FORCE)");
}

void PostgresServer::cut_connections(const std::string& url) {
  execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database_of(url) +
          "'");
}

PostgresServer& shared_postgres() {
  // No test takes the power away, and a busy disk must not look like a server that hangs.
  static PostgresServer server({"fsync = off"});
  return server;
}

}  // namespace flightdeck::test
