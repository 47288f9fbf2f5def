// `flightdeck import`: imports a schedule into the ledger by the rules of the admin interface.
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
  // A text such as `departure_ts: must be …`.
  std::string reason;
};

// Counts of rows. added + updated + refused + not_written is the number of rows in the schedule, unless the
// import was cut short.
struct ImportSummary {
  std::size_t added = 0;
  // Rows whose flight was there already, including those that changed nothing.
  std::size_t updated = 0;
  std::size_t refused = 0;
  // Added rows without a flight number. Each import adds them again.
  std::size_t without_number = 0;
  // Added rows whose number and departure a cancelled flight has as well.
  std::size_t beside_cancelled = 0;
  // Rows that were not written because the database failed for a while.
  std::size_t not_written = 0;
  // The last error of the database. Empty: it never failed.
  std::string failure;
  // The import ended because the database was away. All rows up to this line are imported or refused. The
  // outcome of the next limits::import_batch rows is unknown, and the rows behind those were not processed.
  std::optional<std::size_t> cut_short_after_line;
  // False: a worker will update seat gate and flight index.
  bool redis_told = true;
  // The first limits::import_refusals_listed refused rows.
  std::vector<RefusedRow> refusals;

  bool complete() const { return not_written == 0 && !cut_short_after_line; }
  bool nothing_taken() const { return refused > 0 && added + updated == 0; }
};

// How many bytes have been read, of how many.
using ImportProgress = std::function<void(std::size_t done, std::size_t total)>;

struct ImportRequest {
  // The CSV text, see flights/schedule_csv.h.
  std::string_view schedule;
  flights::FlightRules rules;
  // The schedule is moved by whole days so that this is its first local departure date.
  std::optional<Date> shift_to;
  // Called now and then. May be empty.
  ImportProgress progress;
  // The number of rows in a commit.
  std::size_t batch = limits::import_batch;
};

// Adds each flight, or updates the scheduled flight of the same flight number and departure. A schedule can
// therefore be imported repeatedly, and of two such rows in one schedule the later one counts. A row without
// a flight number is always added, and so is one whose flight is cancelled. A refused row does not affect the
// others.
//
// Blocks. Works in batches, each of which is durable by itself. Error validation_failed: the header is wrong,
// and nothing was done. An outage of the database is no error: the summary says how far the import got, and
// importing again does the rest.
Result<ImportSummary> import_flights(const ImportRequest& request, ledger::LedgerStore& store,
                                     ledger::LedgerReader& reader, const Clock& clock, Random& random);

// The content of a file. Error validation_failed: the file cannot be read or is larger than
// limits::import_file_bytes. The detail does not name the file.
Result<std::string> read_schedule_file(const std::string& path);

// Prints `added 3, updated 1, refused 2`, notes about them, and a line for each refused row.
void print_summary(std::ostream& out, const ImportSummary& summary);

// A progress bar on standard error if that is a terminal, otherwise an empty function.
ImportProgress terminal_progress();

}  // namespace flightdeck::booking
