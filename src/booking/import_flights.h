// `flightdeck import`: a schedule into the ledger, by the rules of the admin interface.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.h"
#include "core/random.h"
#include "flights/flight.h"
#include "ledger/ledger.h"

namespace flightdeck::booking {

struct RefusedRow {
  std::size_t line = 0;
  // `departure_ts: must be …`.
  std::string reason;
};

// added + updated + refused + not_written = rows of the schedule, unless the import was cut short.
struct ImportSummary {
  std::size_t added = 0;
  // Also those that were there just so.
  std::size_t updated = 0;
  std::size_t refused = 0;
  // Of those added: each import adds them again.
  std::size_t without_number = 0;
  // Of those added: a cancelled flight has the same number and departure.
  std::size_t beside_cancelled = 0;
  // Through no fault of their own: the database failed, and is there again.
  std::size_t not_written = 0;
  // What it said last; empty: it never failed.
  std::string failure;
  // It was away, and the import ended there: all rows up to this line are in or refused. Of the next
  // limits::import_batch nobody knows, and those behind them were not looked at.
  std::optional<std::size_t> cut_short_after_line;
  // False: seat gate and flight index will hear of it from a worker.
  bool redis_told = true;
  // The first limits::import_refusals_listed.
  std::vector<RefusedRow> refusals;

  bool complete() const { return not_written == 0 && !cut_short_after_line; }
  bool nothing_taken() const { return refused > 0 && added + updated == 0; }
};

// What has been read, of how many bytes.
using ImportProgress = std::function<void(std::size_t done, std::size_t total)>;

struct ImportRequest {
  // The CSV text, see flights/schedule_csv.h.
  std::string_view schedule;
  flights::FlightRules rules;
  // Moved by whole days, so that its first local departure date is this one.
  std::optional<Date> shift_to;
  // Called now and then; may be empty.
  ImportProgress progress;
  // Rows a commit.
  std::size_t batch = limits::import_batch;
};

// Adds each flight, or updates the scheduled one of the same flight number and departure: a schedule can be
// imported again and again, and of two such rows of one schedule the later counts. A row without a flight
// number is always added, and so is one of a cancelled flight. A row that is refused does not keep the others
// out.
//
// Blocks; works in batches, each durable by itself. Error validation_failed: a bad header; nothing was done.
// An outage of the database is no error: the summary says how far it got, and importing again does the rest.
Result<ImportSummary> import_flights(const ImportRequest& request, ledger::LedgerStore& store,
                                     ledger::LedgerReader& reader, const Clock& clock, Random& random);

// The content of a file. Error validation_failed: it cannot be read, or is larger than
// limits::import_file_bytes. The detail does not name the file.
Result<std::string> read_schedule_file(const std::string& path);

// `added 3, updated 1, refused 2`, what there is to know of them, and the refused rows, a line each.
void print_summary(std::ostream& out, const ImportSummary& summary);

// A bar on standard error when that is a terminal, else nothing (an empty function).
ImportProgress terminal_progress();

}  // namespace flightdeck::booking
