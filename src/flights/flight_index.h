// Port: the search index. Derived from the ledger, never a truth of its own.
#pragma once

#include <vector>

#include "core/task.h"
#include "flights/search.h"
#include "flights/stored_version.h"

namespace flightdeck::flights {

// What the index knows of one flight.
struct IndexLook {
  std::optional<Flight> row;  // nullopt: none, or not a whole one
  bool unreadable = false;    // there is one, and it is not what the program writes
  std::size_t missing = 0;    // places in the orders where the row says it stands, and it does not
  std::size_t extra = 0;      // places where it stands and should not
};

struct IndexLooks {
  bool complete = false;  // while it is not, nobody searches it
  std::vector<IndexLook> flights;
};

enum class Telling {
  unneeded,         // the index is complete
  begun,            // it is to be told of every flight
  left_to_another,  // the same, and another process is at it
};

// One instance may serve one thread or many: the adapter says which. Calls never throw for a part that is away:
// they say so in their answer.
class FlightIndex {
 public:
  virtual ~FlightIndex() = default;

  // Flights on sale at `now`, in the order asked for. nullopt: the index is away, ask the ledger.
  virtual Task<std::optional<SearchPage>> search(SearchQuery query, Instant now) = 0;

  // Takes in the latest rows in any order, any number of times: of two rows of one flight the higher version stays.
  // Flights that are cancelled or have departed by `now` leave the index. False: the index is away.
  virtual Task<bool> update(std::vector<Flight> flights, Instant now) = 0;

  // As `update`, for rows that differ from the version before in seats, `version` and `updated_at` only. An index that
  // shares its store with the seat gate has these from there.
  virtual Task<bool> update_seats(std::vector<Flight> flights, Instant now) = 0;

  // As `update`, and puts right whatever else about these flights is not as it left it.
  virtual Task<bool> restore(std::vector<Flight> flights, Instant now) = 0;

  // As SeatGate's: flights go on being found as they are until the next row is taken in.
  virtual Task<std::vector<StoredVersion>> versions(std::vector<FlightId> flights) = 0;
  virtual Task<bool> forget_versions(std::vector<StoredVersion> seen) = 0;

  // Flights that have departed by `now` leave the index, at most limits::sweep_batch a call. Returns them; none: there
  // is nothing more to do, or the index is away.
  virtual Task<std::vector<FlightId>> drop_departed(Instant now) = 0;

  // What it knows of these flights, in their order; nullopt: away. `rows` are the ledger's: a flight that is off sale by
  // these, or has departed by `now`, should stand nowhere. It is not read in one piece, so a difference that is seen once may be a
  // change on its way. Changes nothing.
  virtual Task<std::optional<IndexLooks>> look(std::vector<Flight> rows, Instant now) = 0;

  // An index that was emptied, or that lost what it was told last, must be told of every flight again. It is complete
  // from `mark_complete`, which ends what `begin_telling` began, until anything may have been lost; while it is not,
  // `search` says that it is away. An instance that has not marked it yet leaves that to another one which has not ended,
  // and began or kept on less than limits::telling_patience ago. Away: `begun`, and false.
  virtual Task<Telling> begin_telling() = 0;
  // The telling that was begun goes on; to be said more often than that. False: what was told may be lost, begin again.
  virtual Task<bool> keep_telling() = 0;
  virtual Task<bool> mark_complete() = 0;
  // It was not told of something, and nobody knows of what: it is not complete until it has been told of everything,
  // with a telling that begins later. False: the index is away.
  virtual Task<bool> mark_incomplete() = 0;
};

}  // namespace flightdeck::flights
