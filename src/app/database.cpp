#include "app/database.h"

#include "sqlite/migrate.h"
#include "sqlite/sqlite_ledger_reader.h"
#include "sqlite/sqlite_ledger_store.h"

namespace flightdeck::app {

MigrationReport migrate_database(const DatabaseSettings& settings, Instant now) {
  sqlite::Database database(settings.sqlite_path, sqlite::Database::Mode::read_write);
  const sqlite::MigrationOutcome outcome = sqlite::migrate(database, now);
  return {outcome.applied, outcome.version};
}

std::unique_ptr<booking::LedgerStore> open_ledger_store(const DatabaseSettings& settings) {
  return std::make_unique<sqlite::SqliteLedgerStore>(settings.sqlite_path);
}

std::unique_ptr<booking::LedgerReader> open_ledger_reader(const DatabaseSettings& settings) {
  return std::make_unique<sqlite::SqliteLedgerReader>(settings.sqlite_path);
}

}  // namespace flightdeck::app
