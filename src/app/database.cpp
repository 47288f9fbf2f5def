#include "app/database.h"

#include "postgres/migrate.h"
#include "postgres/postgres_ledger_reader.h"
#include "postgres/postgres_ledger_snapshot.h"
#include "postgres/postgres_ledger_store.h"
#include "sqlite/migrate.h"
#include "sqlite/sqlite_ledger_reader.h"
#include "sqlite/sqlite_ledger_snapshot.h"
#include "sqlite/sqlite_ledger_store.h"

namespace flightdeck::app {

MigrationOutcome migrate_database(const DatabaseSettings& settings, Instant now) {
  if (settings.kind == DatabaseKind::postgresql) return postgres::migrate(settings.url, now);
  sqlite::Database database(settings.sqlite_path, sqlite::Database::Mode::read_write);
  return sqlite::migrate(database, now);
}

std::unique_ptr<booking::LedgerStore> open_ledger_store(const DatabaseSettings& settings, Log& log) {
  if (settings.kind == DatabaseKind::postgresql) {
    return std::make_unique<postgres::PostgresLedgerStore>(settings.url, log);
  }
  return std::make_unique<sqlite::SqliteLedgerStore>(settings.sqlite_path);
}

std::unique_ptr<booking::LedgerReader> open_ledger_reader(const DatabaseSettings& settings, Log& log) {
  if (settings.kind == DatabaseKind::postgresql) {
    return std::make_unique<postgres::PostgresLedgerReader>(settings.url, log);
  }
  return std::make_unique<sqlite::SqliteLedgerReader>(settings.sqlite_path);
}

std::unique_ptr<booking::LedgerSnapshot> open_ledger_snapshot(const DatabaseSettings& settings) {
  if (settings.kind == DatabaseKind::postgresql) {
    return std::make_unique<postgres::PostgresLedgerSnapshot>(settings.url);
  }
  return sqlite::translated(
      [&] { return std::make_unique<sqlite::SqliteLedgerSnapshot>(settings.sqlite_path); });
}

}  // namespace flightdeck::app
