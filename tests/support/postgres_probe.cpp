#include "support/postgres_probe.h"

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>

#include "support/redis_server.h"

namespace flightdeck::test {
namespace {

using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

Answer ask(PGconn* connection, const std::string& sql) { return {PQexec(connection, sql.c_str()), &PQclear}; }

// An entry of the stream is its own id, then four names with their values.
constexpr std::size_t kEntryTexts = 9;

EventTold event_of(const std::vector<std::string>& texts, std::size_t entry) {
  const auto value = [&](std::size_t field, const char* name) {
    const std::size_t at = entry + 1 + 2 * field;
    if (texts.at(at) != name) throw std::runtime_error("the stream says " + texts.at(at) + " for " + name);
    return texts.at(at + 1);
  };
  value(3, "data");
  return {value(0, "id"), value(1, "type"), value(2, "subject")};
}

}  // namespace

PostgresProbe::PostgresProbe(const std::string& url, EventStream stream) : stream_(std::move(stream)) {
  const char* names[] = {"dbname", "options", "connect_timeout", nullptr};
  const char* values[] = {url.c_str(), "-c default_transaction_read_only=on", "10", nullptr};
  connection_ = PQconnectdbParams(names, values, /*expand_dbname=*/1);
  if (PQstatus(connection_) != CONNECTION_OK) {
    const std::string message = PQerrorMessage(connection_);
    PQfinish(connection_);
    throw std::runtime_error("PostgreSQL: " + message);
  }
}

PostgresProbe::~PostgresProbe() { PQfinish(connection_); }

std::vector<std::vector<std::string>> PostgresProbe::rows(const std::string& sql) const {
  Answer answer = ask(connection_, sql);
  if (PQstatus(connection_) != CONNECTION_OK) {
    PQreset(connection_);
    answer = ask(connection_, sql);
  }
  if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) {
    throw std::runtime_error(PQerrorMessage(connection_) + (" in " + sql));
  }
  std::vector<std::vector<std::string>> all;
  for (int row = 0; row < PQntuples(answer.get()); ++row) {
    std::vector<std::string>& texts = all.emplace_back();
    for (int i = 0; i < PQnfields(answer.get()); ++i) {
      // Of a NULL: "".
      texts.emplace_back(PQgetvalue(answer.get(), row, i));
    }
  }
  return all;
}

std::string PostgresProbe::money(const std::string& column) const {
  return "CAST(" + column + " * 100 AS BIGINT)";
}

std::string PostgresProbe::unix_ms(const std::string& column) const {
  return "CAST(FLOOR(EXTRACT(EPOCH FROM " + column + ") * 1000) AS BIGINT)";
}

std::vector<EventTold> PostgresProbe::published_events() const {
  RedisProbe redis(stream_.redis_port);
  const std::vector<std::string> texts = redis.command({"XRANGE", stream_.key, "-", "+"});
  std::vector<EventTold> events;
  for (std::size_t entry = 0; entry < texts.size(); entry += kEntryTexts) {
    events.push_back(event_of(texts, entry));
  }
  return events;
}

}  // namespace flightdeck::test
