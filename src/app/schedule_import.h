// A schedule into the ledger, and what Redis hears of it.
#pragma once

#include "app/config.h"
#include "app/database.h"
#include "booking/import_flights.h"
#include "core/log.h"

namespace flightdeck::app {

// What takes a schedule in, on a database whose schema is up to date.
struct ImportConnections {
  std::unique_ptr<ledger::LedgerStore> store;
  std::unique_ptr<ledger::LedgerReader> reader;
};

// As import_flights; then Redis hears of it, if the settings name one and nothing was cut short.
Result<booking::ImportSummary> import_schedule(const Config& config, const booking::ImportRequest& request,
                                               const ImportConnections& ledger, const Clock& clock, Log& log);

}  // namespace flightdeck::app
