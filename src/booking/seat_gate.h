// Port: the seat gate, a counter a flight in front of the ledger. It is derived from the ledger, never a
// second truth:
//   counter = available_seats of the ledger - seats of open holds
// It may say "sold out" for an instant too early. Whatever it says, the ledger decides.
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
  // The seats are taken and the hold is recorded. A repeat for the same booking gets the same answer.
  held,
  // Fewer seats are left. A gate that takes no writes does not answer this.
  sold_out,
  // The gate has no counter of this flight: load it from the ledger, `sync`, reserve again.
  cold,
  // The gate does not answer: the ledger decides alone.
  away,
  // The same as `away`, but the hold may have been recorded. Drop it when the ledger has decided.
  unanswered,
};

// What the ledger says of a flight. May be sent in any order and any number of times.
struct SeatUpdate {
  struct Count {
    std::int64_t version = 0;
    std::int64_t available = 0;
    // When the flight got this version. An index in the same store needs it.
    Instant updated_at{};
  };
  FlightId flight;
  // nullopt: the count has not changed.
  std::optional<Count> count;
  // The flight is cancelled, departed or unknown. The gate forgets it.
  bool off_sale = false;
  std::vector<BookingId> holds_to_drop;
};

struct Hold {
  FlightId flight;
  BookingId booking;
  Instant since{};
};

// Everything the gate has of a flight, read at one moment.
struct GateState {
  struct OpenHold {
    BookingId booking;
    std::int64_t seats = 0;
    Instant since{};
  };
  // The seats that the gate would sell now. nullopt: it does not have the flight.
  std::optional<std::int64_t> counter;
  // The version of the last update.
  std::optional<std::int64_t> version;
  // The available seats of the last update.
  std::optional<std::int64_t> available;
  std::vector<OpenHold> holds;
  // The gate has stored something that the program never writes.
  bool damaged = false;
};

// What booking needs. The ports of this file are parts of one gate, SeatGate. An instance serves one thread
// or many: the adapter says which. No call throws because the gate is away. It says so in its answer.
class SeatHolds {
 public:
  virtual ~SeatHolds() = default;

  // Takes `seats` of the flight for the booking and records the hold. Idempotent for a booking.
  virtual Task<ReserveAnswer> reserve(FlightId flight, BookingId booking, std::int64_t seats,
                                      Instant now) = 0;

  // The seats that the gate would sell now. nullopt: it does not have the flight, or is away.
  virtual Task<std::optional<std::int64_t>> sellable(FlightId flight) = 0;
};

// What commits need.
class SeatGateWriter {
 public:
  virtual ~SeatGateWriter() = default;

  // Drops the holds, and stores the count unless a higher version is stored. counter = available - open
  // holds. False: the gate is away.
  virtual Task<bool> sync(std::vector<SeatUpdate> updates) = 0;
};

// What sweeps need.
class SeatGateRepair {
 public:
  virtual ~SeatGateRepair() = default;

  // Removes what the program never writes, such as a hold that names no booking. The next `sync` counts anew.
  // False: the gate is away.
  virtual Task<bool> mend(std::vector<FlightId> flights) = 0;

  // The stored version of each of these flights that the gate has. Empty when it is away.
  virtual Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) = 0;
  // The ledger was put back to an older state and never came as far as these versions: the next `sync` is
  // stored whatever its version. A flight that was updated since `seen` is left alone. False: the gate is
  // away.
  virtual Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) = 0;

  // Holds that were taken before `before`. A call inspects a part of the gate, so it may take several calls
  // until one returns a hold. Empty: none was found in this part, or the gate is away.
  virtual Task<std::vector<Hold>> stale_holds(Instant before, std::size_t limit) = 0;
};

// What the audit needs. Changes nothing.
class SeatGateInspection {
 public:
  virtual ~SeatGateInspection() = default;

  // The state of each flight, in their order. nullopt: the gate is away.
  virtual Task<std::optional<std::vector<GateState>>> inspect(std::vector<FlightId> flights) = 0;
};

class SeatGate : public SeatHolds, public SeatGateWriter, public SeatGateRepair, public SeatGateInspection {};

}  // namespace flightdeck::booking
