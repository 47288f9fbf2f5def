// Port: the seat gate, a fast counter per flight in front of the ledger. Derived from the ledger, never a second truth:
//   counter = the ledger's available_seats - seats in open holds
// It may say "sold out" for an instant too early; whatever it says, the ledger decides.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ids.h"
#include "core/task.h"
#include "core/time.h"
#include "flights/stored_version.h"

namespace flightdeck::booking {

enum class ReserveAnswer {
  held,      // the seats are taken and the hold is recorded; the same answer again for the same booking
  sold_out,  // fewer are left, as far as the gate was told; a gate that refuses to be told does not say so
  cold,      // the gate knows nothing of this flight: load it from the ledger, sync, try again
  away,      // the gate does not answer: let the ledger decide alone
  unanswered,  // the same, but the hold may have been recorded, now or in a moment: when the ledger has decided, drop it
};

// What the ledger says of a flight, in any order and any number of times.
struct SeatNews {
  struct Count {
    std::int64_t version = 0;
    std::int64_t available = 0;
    Instant updated_at{};  // when the flight came to this version; for an index in the same store
  };
  FlightId flight;
  std::optional<Count> count;  // nullopt: nothing new, only holds to drop
  bool off_sale = false;       // cancelled, departed or unknown: forget the flight
  std::vector<BookingId> holds_to_drop;
};

struct Hold {
  FlightId flight;
  BookingId booking;
  Instant since{};
};

// Everything the gate knows of a flight, read in one piece.
struct GateLook {
  struct OpenHold {
    BookingId booking;
    std::int64_t seats = 0;
    Instant since{};
  };
  std::optional<std::int64_t> counter;    // what it would sell now; nullopt: cold
  std::optional<std::int64_t> version;    // what the ledger said last,
  std::optional<std::int64_t> available;  // and how many seats that were
  std::vector<OpenHold> holds;
  bool damaged = false;  // it holds what the program never writes
};

// One instance may serve one thread or many: the adapter says which. Never throws for a gate that is away.
class SeatGate {
 public:
  virtual ~SeatGate() = default;

  virtual Task<ReserveAnswer> reserve(FlightId flight, BookingId booking, std::int64_t seats,
                                      Instant now) = 0;

  // Drops the holds; stores the count unless a higher version is stored; counter = available - open holds.
  // False: the gate is away.
  virtual Task<bool> sync(std::vector<SeatNews> news) = 0;

  // Takes away what the program never writes, as a hold that names no booking, so that the next `sync` counts anew. False:
  // the gate is away.
  virtual Task<bool> mend(std::vector<FlightId> flights) = 0;

  // What is stored of those it knows; none when it is away.
  virtual Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) = 0;
  // The ledger never came as far as these, as when it was put back to an older state: whatever is synced next is taken in.
  // Nothing happens to a flight of which anything was taken in since it was seen so. False: the gate is away.
  virtual Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) = 0;

  // What it would sell now; nullopt: cold or away.
  virtual Task<std::optional<std::int64_t>> sellable(FlightId flight) = 0;

  // One answer a flight, in their order; nullopt: away. Changes nothing.
  virtual Task<std::optional<std::vector<GateLook>>> look(std::vector<FlightId> flights) = 0;

  // Holds taken before `before`. It may take several calls until one has been told; none: there are none, or the gate is
  // away.
  virtual Task<std::vector<Hold>> stale_holds(Instant before, std::size_t limit) = 0;
};

}  // namespace flightdeck::booking
