// A real PostgreSQL of the test's own: a new cluster, with a password, on a free port of the loopback. Its
// durability settings are PostgreSQL's own.
#pragma once

#include <string>

#include "support/local_server.h"

namespace flightdeck::test {

class PostgresServer {
 public:
  // Makes the cluster and starts it. `settings` are lines of postgresql.conf. Throws when it does not start.
  explicit PostgresServer(std::vector<std::string> settings = {});
  ~PostgresServer();

  // A new and empty database; its URL. `template_url`: one to copy, that nobody is connected to.
  std::string make_database(const std::string& template_url = {});
  void drop_database(const std::string& url);
  // Ends every connection to that database, as an operator would.
  void cut_connections(const std::string& url);

  void start();
  // Ends all connections and shuts down in order.
  void stop();
  // As a crash: it recovers at the next start.
  void stop_immediately();
  // Stands still, as on a machine that hangs, until `go_on`: connections stay open and nothing is answered.
  void freeze();
  void go_on();

  std::uint16_t port() const { return server_.port(); }
  std::string url_of(const std::string& database) const;
  // The same through another port, such as a proxy's.
  static std::string with_port(const std::string& url, std::uint16_t port);
  std::string log() const { return read_text(server_.log_file()); }
  // What is written from now on begins there.
  std::size_t log_size() const { return std::filesystem::file_size(server_.log_file()); }
  std::string log_from(std::size_t begin) const;
  const std::filesystem::path& directory() const { return server_.directory(); }

 private:
  void execute(const std::string& sql);
  void signal_all(int number);

  LocalServer server_;
  std::filesystem::path programs_;
};

// The one that the tests of this program share; started when it is first asked for. It does not wait for the
// disk.
PostgresServer& shared_postgres();

}  // namespace flightdeck::test
