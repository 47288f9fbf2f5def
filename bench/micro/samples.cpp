#include "micro/samples.h"

#include <string>

namespace flightdeck::bench {

namespace {

constexpr Milliseconds payment_timeout{60'000};
constexpr std::int64_t seats_per_booking = 2;
constexpr std::int64_t total_seats = 1'000;
constexpr std::uint64_t flight_ids = 1'000'000;
constexpr std::uint64_t user_ids = 2'000'000;

ledger::PlaceBooking place(const ledger::Booking& booking) {
  return {booking.id, booking.user, booking.flight, booking.seats, payment_timeout};
}

ledger::LedgerRows rows_of(std::size_t flights) {
  ledger::LedgerRows rows;
  for (std::size_t i = 0; i < flights; ++i) rows.flights.push_back(flight(i));
  return rows;
}

}  // namespace

Uuid id_of(std::uint64_t number) {
  SeededRandom random(number);
  return make_uuid_v7(now, random);
}

flights::Flight flight(std::size_t number) {
  flights::Flight flight;
  flight.id = FlightId{id_of(flight_ids + number)};
  flight.flight_number = "FD" + std::to_string(100 + number);
  flight.source = "JFK";
  flight.destination = "LHR";
  flight.departure = now + std::chrono::hours{24};
  flight.arrival = now + std::chrono::hours{31};
  flight.date = Date{std::chrono::floor<std::chrono::days>(flight.departure)};
  flight.total_seats = total_seats;
  flight.available_seats = total_seats;
  flight.price = Money{19'900};
  flight.version = 42;
  flight.created_at = now - std::chrono::hours{24};
  flight.updated_at = now;
  return flight;
}

ledger::Booking pending_booking(std::size_t number, FlightId flight) {
  ledger::Booking booking;
  booking.id = BookingId{id_of(number)};
  booking.user = UserId{id_of(user_ids + number)};
  booking.flight = flight;
  booking.date = Date{std::chrono::floor<std::chrono::days>(now)};
  booking.seats = seats_per_booking;
  booking.amount = Money{39'800};
  booking.expires_at = now + payment_timeout;
  booking.created_at = now;
  booking.updated_at = now;
  return booking;
}

Batch placing(std::size_t commands, std::size_t flights) {
  Batch batch{rows_of(flights), {}};
  for (std::size_t i = 0; i < commands; ++i) {
    batch.commands.emplace_back(place(pending_booking(i, batch.rows.flights[i % flights].id)));
  }
  return batch;
}

Batch placing_again(std::size_t commands, std::size_t flights) {
  Batch batch = placing(commands, flights);
  for (std::size_t i = 0; i < commands; ++i) {
    batch.rows.bookings.push_back(pending_booking(i, batch.rows.flights[i % flights].id));
  }
  return batch;
}

Batch placing_sold_out(std::size_t commands, std::size_t flights) {
  Batch batch = placing(commands, flights);
  for (flights::Flight& flight : batch.rows.flights) flight.available_seats = 0;
  return batch;
}

Batch settling(std::size_t commands, std::size_t flights, bool success) {
  Batch batch{rows_of(flights), {}};
  for (std::size_t i = 0; i < commands; ++i) {
    flights::Flight& flight = batch.rows.flights[i % flights];
    const ledger::Booking booking = pending_booking(i, flight.id);
    flight.available_seats -= booking.seats;
    ledger::SettlePayment settle{.id = booking.id, .flight = booking.flight, .outcome = {}};
    // As long as a provider's: too long for a string to keep within itself.
    if (success) settle.outcome = ledger::PaymentSucceeded{.payment_ref = "pay-" + booking.id.str()};
    if (!success)
      settle.outcome = ledger::PaymentFailed{.reason = std::string(ledger::reason_payment_declined)};
    batch.rows.bookings.push_back(booking);
    batch.commands.emplace_back(std::move(settle));
  }
  return batch;
}

}  // namespace flightdeck::bench
