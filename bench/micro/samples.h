// Flights, bookings and commands as the benchmarks need them: the same in every run.
#pragma once

#include <cstddef>
#include <vector>

#include "flights/flight.h"
#include "ledger/booking.h"
#include "ledger/decide.h"

namespace flightdeck::bench {

inline constexpr Instant now{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1} + Milliseconds{123}};

// Ids as spread as real ones; the same number gives the same id.
Uuid id_of(std::uint64_t number);

flights::Flight flight(std::size_t number);
ledger::Booking pending_booking(std::size_t number, FlightId flight);

// One batch of the ledger. Command `i` is about flight `i % flights`.
struct Batch {
  ledger::LedgerRows rows;
  std::vector<ledger::Command> commands;
};
Batch placing(std::size_t commands, std::size_t flights);
// Repeats: the bookings are there.
Batch placing_again(std::size_t commands, std::size_t flights);
Batch placing_sold_out(std::size_t commands, std::size_t flights);
Batch settling(std::size_t commands, std::size_t flights, bool success);

}  // namespace flightdeck::bench
