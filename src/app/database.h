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

// There is none, it is starting, or it takes no more connections: trying again may help.
class DatabaseNotThereYet : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Brings the schema up to date; safe when several processes start at once. Throws std::runtime_error with one
// line that says what is wrong; DatabaseNotThereYet.
MigrationOutcome migrate_database(const DatabaseSettings& settings, Instant now);

// Opens the connections of one process, on a schema that is up to date. They may outlive it. `log` outlives
// them.
class LedgerConnections {
 public:
  LedgerConnections(const DatabaseSettings& settings, Log& log);

  // Throw std::runtime_error as above.
  std::unique_ptr<ledger::LedgerStore> open_store();
  // For many rows at once, and nobody who waits for an answer: a commit may take long.
  std::unique_ptr<ledger::LedgerStore> open_bulk_store();
  std::unique_ptr<ledger::LedgerReader> open_reader();

 private:
  const DatabaseSettings& settings_;
  // Null with SQLite.
  std::shared_ptr<postgres::DatabaseWatch> watch_;
};

// On a connection of its own. Throws std::runtime_error as above.
std::unique_ptr<ledger::DemoLoad> open_demo_load(const DatabaseSettings& settings);

// Of now, on a connection of its own. Throws UnavailableError.
std::unique_ptr<ledger::LedgerSnapshot> open_ledger_snapshot(const DatabaseSettings& settings);

}  // namespace flightdeck::app
