#include "support/postgres_session.h"

#include <libpq-fe.h>

#include <stdexcept>

namespace flightdeck::test {

PostgresSession::PostgresSession(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
  if (PQstatus(connection_) == CONNECTION_OK) return;
  const std::string message = PQerrorMessage(connection_);
  PQfinish(connection_);
  throw std::runtime_error(message);
}

PostgresSession::~PostgresSession() { PQfinish(connection_); }

void PostgresSession::execute(const std::string& sql) { rows(sql); }

std::int64_t PostgresSession::number(const std::string& sql) {
  const auto all = rows(sql);
  if (all.empty() || all[0].at(0).empty()) return 0;
  return std::stoll(all[0][0]);
}

std::vector<std::vector<std::string>> PostgresSession::rows(const std::string& sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_, sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection_));
  }
  std::vector<std::vector<std::string>> all;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    std::vector<std::string>& fields = all.emplace_back();
    for (int field = 0; field < PQnfields(result.get()); ++field) {
      fields.emplace_back(PQgetvalue(result.get(), row, field));
    }
  }
  return all;
}

std::vector<std::string> PostgresSession::column(const std::string& sql) {
  std::vector<std::string> all;
  for (auto& row : rows(sql)) all.push_back(std::move(row.at(0)));
  return all;
}

int PostgresSession::backend_pid() const { return PQbackendPID(connection_); }

}  // namespace flightdeck::test
