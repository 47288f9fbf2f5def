// Opens the database that the settings name.
#pragma once

#include <memory>

#include "app/config.h"
#include "booking/ledger.h"
#include "booking/ledger_snapshot.h"
#include "core/migration.h"

namespace flightdeck::app {

// Brings the schema up to date; safe when several processes start at once. Throws std::runtime_error with one line that
// says what is wrong.
MigrationOutcome migrate_database(const DatabaseSettings& settings, Instant now);

// Connections of their own, on a schema that is up to date. `log` outlives them. Throw std::runtime_error as above.
std::unique_ptr<booking::LedgerStore> open_ledger_store(const DatabaseSettings& settings, Log& log);
std::unique_ptr<booking::LedgerReader> open_ledger_reader(const DatabaseSettings& settings, Log& log);

// Of now, on a connection of its own. Throws UnavailableError.
std::unique_ptr<booking::LedgerSnapshot> open_ledger_snapshot(const DatabaseSettings& settings);

}  // namespace flightdeck::app
