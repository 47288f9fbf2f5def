// The seat gate inside the process, for the embedded shape.
#pragma once

#include <mutex>
#include <unordered_map>

#include "booking/seat_gate.h"

namespace flightdeck::memory {

// Thread-safe; answers inline, so it can be awaited on any thread. Never away.
class MemorySeatGate final : public booking::SeatGate {
 public:
  Task<booking::ReserveAnswer> reserve(FlightId flight, BookingId booking, std::int64_t seats,
                                       Instant now) override;
  Task<bool> sync(std::vector<booking::SeatUpdate> updates) override;
  // No other process writes here, so there is nothing to mend.
  Task<bool> mend(std::vector<FlightId>) override { co_return true; }
  Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) override;
  Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) override;
  Task<std::optional<std::int64_t>> sellable(FlightId flight) override;
  Task<std::optional<std::vector<booking::GateState>>> inspect(std::vector<FlightId> flights) override;
  Task<std::vector<booking::Hold>> stale_holds(Instant before, std::size_t limit) override;

 private:
  struct OpenHold {
    std::int64_t seats = 0;
    Instant since{};
  };
  struct Entry {
    std::int64_t version = 0;
    // The available seats of the last update.
    std::int64_t available = 0;
    // The seats of `holds`.
    std::int64_t held = 0;
    std::unordered_map<BookingId, OpenHold> holds;
  };

  std::mutex mutex_;
  std::unordered_map<FlightId, Entry> flights_;
};

}  // namespace flightdeck::memory
