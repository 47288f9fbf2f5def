// Imports a schedule into the ledger and updates Redis.
#pragma once

#include "app/config.h"
#include "app/database.h"
#include "booking/import_flights.h"
#include "core/log.h"

namespace flightdeck::app {

// The connections of an import, to a database whose schema is up to date.
struct ImportConnections {
  std::unique_ptr<ledger::LedgerStore> store;
  std::unique_ptr<ledger::LedgerReader> reader;
};

// Calls import_flights. Then it updates Redis, if the settings name one and the import was not cut short.
Result<booking::ImportSummary> import_schedule(const Config& config, const booking::ImportRequest& request,
                                               const ImportConnections& ledger, const Clock& clock, Log& log);

}  // namespace flightdeck::app
