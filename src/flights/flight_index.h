// Port: the search index. Derived from the ledger, never a truth of its own.
#pragma once

#include <vector>

#include "core/task.h"
#include "flights/search.h"
#include "flights/stored_version.h"

namespace flightdeck::flights {

// What the index has of one flight.
struct IndexState {
  // nullopt: the index has no row, or an incomplete one.
  std::optional<Flight> row;
  // There is a row that the program never writes.
  bool unreadable = false;
  // Positions that the row names and the sorted orders lack.
  std::size_t missing = 0;
  // Positions in the sorted orders that the row does not name.
  std::size_t extra = 0;
};

struct IndexStates {
  // An incomplete index is not searched.
  bool complete = false;
  std::vector<IndexState> flights;
};

enum class RebuildStart {
  // The index is complete.
  unneeded,
  // The caller sends every flight.
  begun,
  // Another process is sending every flight.
  left_to_another,
};

// What searches need. The ports of this file are parts of one index, FlightIndex. An instance serves one
// thread or many: the adapter says which. No call throws because the index is away. It says so in its answer.
class FlightSearch {
 public:
  virtual ~FlightSearch() = default;

  // Flights on sale at `now`, in the order of the query. nullopt: the index is away or incomplete, ask the
  // ledger.
  virtual Task<std::optional<SearchPage>> search(SearchQuery query, Instant now) = 0;
};

// What commits need. Rows may come in any order and any number of times: the row with the highest version of
// a flight stays. `now` decides which flights have departed. False: the index is away.
class FlightIndexWriter {
 public:
  virtual ~FlightIndexWriter() = default;

  // Stores the rows. Flights that are cancelled or have departed leave the index.
  virtual Task<bool> update(std::vector<Flight> flights, Instant now) = 0;

  // The same as `update`, for rows that differ from the version before only in seats, `version` and
  // `updated_at`. An index that shares its store with the seat gate gets these from the gate.
  virtual Task<bool> update_seats(std::vector<Flight> flights, Instant now) = 0;

  // The same as `update`. It also corrects everything else that the index has of these flights.
  virtual Task<bool> restore(std::vector<Flight> flights, Instant now) = 0;

  // An update is lost and nobody knows which. The index is incomplete until a rebuild that begins later is
  // complete.
  virtual Task<bool> mark_incomplete() = 0;
};

// What sweeps need.
//
// An index that was emptied, or that may have lost its last updates, is incomplete, and `search` says that it
// is away. A rebuild makes it complete: begin, send every flight with FlightIndexWriter, complete.
class FlightIndexRebuild {
 public:
  virtual ~FlightIndexRebuild() = default;

  // An instance that has not completed a rebuild yet leaves it to another one that has begun or renewed its
  // own within limits::rebuild_patience. Answers `begun` when the index is away: the next call answers false.
  virtual Task<RebuildStart> begin_rebuild() = 0;
  // Call it more often than limits::rebuild_patience while sending the flights. False: flights that were sent
  // may be lost. Begin again.
  virtual Task<bool> renew_rebuild() = 0;
  // The index is complete from here. False: it is away, or something was lost since the rebuild began.
  virtual Task<bool> complete_rebuild() = 0;

  // The stored version of each of these flights that the index has. Empty when it is away.
  virtual Task<std::vector<StoredVersion>> versions(std::vector<FlightId> flights) = 0;
  // The ledger was put back to an older state and never came as far as these versions: the next row is stored
  // whatever its version. Searches find the flights as they are until then. A flight that was updated since
  // `seen` is left alone. False: the index is away.
  virtual Task<bool> forget_versions(std::vector<StoredVersion> seen) = 0;

  // Flights that have departed by `now` leave the index, at most limits::sweep_batch a call. Returns them.
  // Empty: none is left, or the index is away.
  virtual Task<std::vector<FlightId>> drop_departed(Instant now) = 0;
};

// What the audit needs. Changes nothing.
class FlightIndexInspection {
 public:
  virtual ~FlightIndexInspection() = default;

  // What the index has of these flights, in their order. `rows` are the ledger's: a flight that is off sale
  // in them, or has departed by `now`, has no place in the index. The index is not read at one moment, so one
  // difference may be an update that is under way. nullopt: the index is away.
  virtual Task<std::optional<IndexStates>> inspect(std::vector<Flight> rows, Instant now) = 0;
};

class FlightIndex : public FlightSearch,
                    public FlightIndexWriter,
                    public FlightIndexRebuild,
                    public FlightIndexInspection {};

}  // namespace flightdeck::flights
