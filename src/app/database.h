// Opens the database that the settings name.
#pragma once

#include <memory>
#include <stdexcept>

#include "app/config.h"
#include "core/migration.h"
#include "ledger/demo_load.h"
#include "ledger/ledger.h"
#include "ledger/ledger_snapshot.h"

namespace flightdeck::postgres {
struct DatabaseWatch;
}

namespace flightdeck::app {

// There is no database yet, it is starting, or it takes no more connections. Trying again may help.
class DatabaseNotThereYet : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Brings the schema up to date. It is safe when several processes start at once. Throws std::runtime_error
// with one line that says what is wrong, or DatabaseNotThereYet.
MigrationOutcome migrate_database(const DatabaseSettings& settings, Instant now);

// Opens the connections of one process to a database whose schema is up to date. They may outlive this
// object. `log` outlives them.
class LedgerConnections {
 public:
  LedgerConnections(const DatabaseSettings& settings, Log& log);

  // Throw std::runtime_error as above.
  std::unique_ptr<ledger::LedgerStore> open_store();
  // For many rows at once, when no client waits. A commit may take long.
  std::unique_ptr<ledger::LedgerStore> open_bulk_store();
  std::unique_ptr<ledger::LedgerReader> open_reader();

 private:
  const DatabaseSettings& settings_;
  // Null with SQLite.
  std::shared_ptr<postgres::DatabaseWatch> watch_;
};

// Uses a connection of its own. Throws std::runtime_error as above.
std::unique_ptr<ledger::DemoLoad> open_demo_load(const DatabaseSettings& settings);

// Takes a snapshot on a connection of its own. Throws UnavailableError.
std::unique_ptr<ledger::LedgerSnapshot> open_ledger_snapshot(const DatabaseSettings& settings);

}  // namespace flightdeck::app
