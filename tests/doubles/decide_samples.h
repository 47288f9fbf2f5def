// What the tests of the decisions start from.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "core/ids.h"
#include "core/time.h"
#include "doubles/ids.h"
#include "flights/flight.h"

namespace flightdeck::test {

inline constexpr Instant start_time{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};

inline const BookingId booking_1 = id_of<BookingId>(11);
inline const BookingId booking_2 = id_of<BookingId>(12);
inline const UserId user_1 = id_of<UserId>(21);
inline const UserId user_2 = id_of<UserId>(22);

inline flights::FlightDraft draft_of(std::int64_t seats, std::string number = "FD1") {
  flights::FlightDraft draft;
  draft.flight_number = std::move(number);
  draft.source = "JFK";
  draft.destination = "LHR";
  draft.departure = start_time + std::chrono::hours{24};
  draft.date = Date{std::chrono::floor<std::chrono::days>(draft.departure)};
  draft.total_seats = seats;
  draft.price = Money{19900};
  return draft;
}

}  // namespace flightdeck::test
