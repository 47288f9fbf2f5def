#include "postgres/postgres_demo_load.h"

#include "core/error.h"
#include "core/limits.h"
#include "postgres/link.h"

namespace flightdeck::postgres {

namespace {

// Of PostgreSQL's advisory locks: "fdeckdem", as a number that nobody else is likely to use.
constexpr const char* turn_sql = "SELECT pg_try_advisory_lock(7378133567217624429)";

}  // namespace

PostgresDemoLoad::PostgresDemoLoad(const std::string& url) {
  std::size_t server = 0;
  connection_ = connect_to_one(one_for_each_server(connection_settings(url, Purpose::migration)), server,
                               Deadline(limits::ledger_start_deadline), [](Connection&, Deadline) {});
}

QueryResult PostgresDemoLoad::ask(const std::string& sql, const Parameters& parameters) {
  try {
    connection_->queue(sql, parameters);
    QueryResults results = connection_->finish(Deadline(limits::ledger_bulk_deadline));
    return std::move(results.front());
  } catch (const std::runtime_error& error) {
    throw UnavailableError(error.what());
  }
}

bool PostgresDemoLoad::take_turn() { return ask(turn_sql).truth(0, 0); }

std::optional<ledger::DemoMark> PostgresDemoLoad::mark() {
  const QueryResult row = ask("SELECT first_day, completed_at IS NOT NULL FROM demo_data");
  if (row.rows() == 0) return std::nullopt;
  return ledger::DemoMark{row.date(0, 0), row.truth(0, 1)};
}

void PostgresDemoLoad::begin(Date first_day) {
  Parameters p;
  ask("INSERT INTO demo_data (first_day) VALUES ($1::date)", p.add(first_day));
}

void PostgresDemoLoad::complete(Instant now) {
  Parameters p;
  ask("UPDATE demo_data SET completed_at = $1::timestamptz", p.add(now));
}

}  // namespace flightdeck::postgres
