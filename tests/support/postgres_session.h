// Plain SQL on a PostgreSQL database: the truth that answers are checked against.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct pg_conn;

namespace flightdeck::test {

// One connection. Throws std::runtime_error on any error.
class PostgresSession {
 public:
  explicit PostgresSession(const std::string& url);
  ~PostgresSession();
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  // Statements, whatever they give.
  void execute(const std::string& sql);
  // The single integer the query gives; NULL and no row are 0.
  std::int64_t number(const std::string& sql);
  // All rows as text; NULL is "".
  std::vector<std::vector<std::string>> rows(const std::string& sql);
  // The first column of all rows.
  std::vector<std::string> column(const std::string& sql);
  int backend_pid() const;

 private:
  pg_conn* connection_ = nullptr;
};

}  // namespace flightdeck::test
