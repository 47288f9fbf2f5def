#include "app/database.h"

#include "postgres/errors.h"
#include "postgres/migrate.h"
#include "postgres/postgres_demo_load.h"
#include "postgres/postgres_ledger_reader.h"
#include "postgres/postgres_ledger_snapshot.h"
#include "postgres/postgres_ledger_store.h"
#include "sqlite/migrate.h"
#include "sqlite/sqlite_demo_load.h"
#include "sqlite/sqlite_ledger_reader.h"
#include "sqlite/sqlite_ledger_snapshot.h"
#include "sqlite/sqlite_ledger_store.h"

namespace flightdeck::app {

namespace {

template <class Open>
auto open_postgres(Open open) {
  try {
    return open();
  } catch (const postgres::ConnectionRefused&) {
    throw;
  } catch (const postgres::ConnectionLost& error) {
    throw DatabaseNotThereYet(error.what());
  }
}

}  // namespace

MigrationOutcome migrate_database(const DatabaseSettings& settings, Instant now) {
  if (settings.kind == DatabaseKind::postgresql) {
    return open_postgres([&] { return postgres::migrate(settings.url, now); });
  }
  sqlite::Database database(settings.sqlite_path, sqlite::Database::Mode::read_write);
  return sqlite::migrate(database, now);
}

LedgerConnections::LedgerConnections(const DatabaseSettings& settings, Log& log) : settings_(settings) {
  if (settings.kind == DatabaseKind::postgresql)
    watch_ = std::make_shared<postgres::DatabaseWatch>(settings.url, log);
}

std::unique_ptr<ledger::LedgerStore> LedgerConnections::open_store() {
  if (watch_) {
    return open_postgres(
        [&] { return std::make_unique<postgres::PostgresLedgerStore>(settings_.url, watch_); });
  }
  return std::make_unique<sqlite::SqliteLedgerStore>(settings_.sqlite_path);
}

std::unique_ptr<ledger::LedgerStore> LedgerConnections::open_bulk_store() {
  if (!watch_) return open_store();
  return open_postgres([&] {
    return std::make_unique<postgres::PostgresLedgerStore>(settings_.url, watch_,
                                                           postgres::Purpose::bulk_writing);
  });
}

std::unique_ptr<ledger::LedgerReader> LedgerConnections::open_reader() {
  if (watch_) {
    return open_postgres(
        [&] { return std::make_unique<postgres::PostgresLedgerReader>(settings_.url, watch_); });
  }
  return std::make_unique<sqlite::SqliteLedgerReader>(settings_.sqlite_path);
}

std::unique_ptr<ledger::DemoLoad> open_demo_load(const DatabaseSettings& settings) {
  if (settings.kind == DatabaseKind::postgresql)
    return open_postgres([&] { return std::make_unique<postgres::PostgresDemoLoad>(settings.url); });
  return std::make_unique<sqlite::SqliteDemoLoad>(settings.sqlite_path);
}

std::unique_ptr<ledger::LedgerSnapshot> open_ledger_snapshot(const DatabaseSettings& settings) {
  if (settings.kind == DatabaseKind::postgresql) {
    return std::make_unique<postgres::PostgresLedgerSnapshot>(settings.url);
  }
  return sqlite::translated(
      [&] { return std::make_unique<sqlite::SqliteLedgerSnapshot>(settings.sqlite_path); });
}

}  // namespace flightdeck::app
