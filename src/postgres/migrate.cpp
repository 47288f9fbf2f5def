#include "postgres/migrate.h"

#include <stdexcept>

#include "core/limits.h"
#include "postgres/link.h"

namespace flightdeck::postgres {

namespace {

// Of PostgreSQL's advisory locks: "fdeckmig", as a number that nobody else is likely to use.
constexpr const char* lock_sql = "SELECT pg_advisory_xact_lock(7378133567218215271)";

std::unique_ptr<Connection> connect(const std::string& url) {
  const std::vector<ConnectionSettings> all =
      one_for_each_server(connection_settings(url, Purpose::migration));
  std::size_t first = 0;
  const Deadline deadline(limits::ledger_start_deadline * static_cast<int>(all.size()));
  return connect_to_one(all, first, deadline, [](Connection&, Deadline) {});
}

QueryResult ask(Connection& connection, const std::string& sql) {
  connection.queue(sql);
  QueryResults results = connection.finish(Deadline(limits::migration_lock_deadline));
  return std::move(results.front());
}

int schema_version(Connection& connection) {
  if (ask(connection, "SELECT to_regclass('schema_migrations') IS NULL").truth(0, 0)) return 0;
  const QueryResult newest = ask(connection, "SELECT coalesce(max(version), 0) FROM schema_migrations");
  return static_cast<int>(newest.integer(0, 0));
}

// A pooler that gives each transaction any server it has would mix up what we prepare and set. Two sessions
// of ours that are one at the server give it away.
void refuse_shared_session(Connection& first, const std::string& url) {
  const std::string mark =
      ask(first, "SELECT set_config('flightdeck.session', gen_random_uuid()::text, false)").text(0, 0);
  std::string found;
  try {
    const std::unique_ptr<Connection> second = connect(url);
    found = ask(*second, "SELECT current_setting('flightdeck.session', true)").text(0, 0);
  } catch (const ConnectionLost&) {
    // Whoever needs more connections than there are says so.
    return;
  }
  if (found == mark) {
    throw ConnectionRefused("PostgreSQL: a pooler in between must pool sessions, not transactions");
  }
}

// Everything between takes turns with other processes.
void begin_alone(Connection& connection) {
  ask(connection, "BEGIN");
  ask(connection, lock_sql);
}

void apply(Connection& connection, const Migration& migration, Instant now) {
  connection.run_script(std::string(migration.sql), Deadline(limits::migration_deadline));
  Parameters p;
  p.add(Integer4{migration.number}).add(migration.name).add(now);
  connection.queue(
      "INSERT INTO schema_migrations (version, name, applied_at) VALUES ($1::integer, $2::text, "
      "$3::timestamptz)",
      p);
  connection.finish(Deadline(limits::migration_lock_deadline));
}

MigrationOutcome migrate(Connection& connection, Instant now) {
  if (ask(connection, "SHOW server_encoding").text(0, 0) != "UTF8") {
    throw std::runtime_error("the database must be made with ENCODING 'UTF8'");
  }
  MigrationOutcome outcome;
  outcome.version = schema_version(connection);
  if (outcome.version == 0) {
    begin_alone(connection);
    ask(connection,
        "CREATE TABLE IF NOT EXISTS schema_migrations "
        "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL)");
    ask(connection, "COMMIT");
  }
  for (const Migration& migration : migrations()) {
    if (outcome.version >= migration.number) continue;
    begin_alone(connection);
    // Asked again now that it is this one's turn: another process may have been faster.
    outcome.version = schema_version(connection);
    if (outcome.version < migration.number) {
      apply(connection, migration, now);
      outcome.version = migration.number;
      ++outcome.applied;
    }
    ask(connection, "COMMIT");
  }
  if (outcome.version > migrations().back().number) {
    throw std::runtime_error("the database has schema version " + std::to_string(outcome.version) +
                             ", newer than this program knows (" +
                             std::to_string(migrations().back().number) + ")");
  }
  return outcome;
}

}  // namespace

MigrationOutcome migrate(const std::string& url, Instant now) {
  const std::unique_ptr<Connection> connection = connect(url);
  refuse_shared_session(*connection, url);
  return migrate(*connection, now);
}

}  // namespace flightdeck::postgres
