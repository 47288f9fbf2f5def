// What `decide` works on: the rows of a batch, changed by one command after another. Only the decide_*.cpp
// files include it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ledger/decide.h"

namespace flightdeck::ledger {

template <class T>
struct RowInBatch {
  T value;
  bool inserted = false;
  bool updated = false;
  // A flight changed in more than its seats.
  bool redescribed = false;

  bool touched() const { return inserted || updated; }
};

struct BookingInBatch : RowInBatch<Booking> {
  bool intent_set = false;
  // The same as in IntentChange.
  std::optional<Instant> intent_due;

  bool touched() const { return RowInBatch::touched() || intent_set; }
};

// The rows of one batch while its commands are applied one after another. A command checks everything first
// and changes rows last, so that a refused command leaves no trace.
class Batch {
 public:
  Batch(LedgerRows rows, std::size_t commands, Instant now) : now_(now) {
    changes_.now = now;
    changes_.events.reserve(commands);
    flights_.reserve(rows.flights.size());
    bookings_.reserve(rows.bookings.size() + commands);
    for (flights::Flight& flight : rows.flights) {
      const FlightId id = flight.id;
      flights_.emplace(id, RowInBatch<flights::Flight>{std::move(flight)});
    }
    for (Booking& booking : rows.bookings) {
      const BookingId id = booking.id;
      bookings_.emplace(id, BookingInBatch{{std::move(booking)}});
    }
  }

  Result<Applied> apply(const PlaceBooking& c);
  Result<Applied> apply(const SettlePayment& c);
  Result<Applied> apply(const CancelBooking& c);
  Result<Applied> apply(const RecordRefund& c);
  Result<Applied> apply(const RescheduleIntent& c);
  Result<Applied> apply(const AddFlight& c);
  Result<Applied> apply(const ReplaceFlight& c);
  Result<Applied> apply(const CloseFlight& c);
  Result<Applied> apply(const ReinstateFlight& c);

  BatchDecision finish(std::vector<Result<Applied>> outcomes, std::span<const Command> commands);

 private:
  flights::Flight* find_flight(FlightId id) {
    const auto found = flights_.find(id);
    return found == flights_.end() ? nullptr : &found->second.value;
  }
  Booking* find_booking(BookingId id) {
    const auto found = bookings_.find(id);
    return found == bookings_.end() ? nullptr : &found->second.value;
  }
  void remember_key(const flights::Flight& flight) {
    if (by_key_ && !flight.flight_number.empty() && flight.status == flights::FlightStatus::scheduled)
      (*by_key_)[{flight.flight_number, flight.departure}] = flight.id;
  }
  void forget_key(const flights::Flight& flight) {
    if (by_key_ && flight.status == flights::FlightStatus::scheduled)
      by_key_->erase({flight.flight_number, flight.departure});
  }
  // A cancelled flight does not have its key any more.
  const FlightId* find_key(const NaturalKey& key) {
    if (key.first.empty()) return nullptr;
    if (!by_key_) {
      by_key_.emplace();
      for (const auto& [id, row] : flights_) remember_key(row.value);
    }
    const auto found = by_key_->find(key);
    return found == by_key_->end() ? nullptr : &found->second;
  }

  void set_intent(BookingId booking, std::optional<Instant> due) {
    BookingInBatch& row = bookings_.at(booking);
    row.intent_set = true;
    row.intent_due = due;
  }
  void move_seats(FlightId id, std::int64_t change);
  void store_flight(const flights::Flight& next, std::string_view event);
  Result<Applied> replace(const flights::Flight& flight, const flights::FlightDraft& draft);
  void touch_booking(Booking& booking) {
    booking.updated_at = now_;
    bookings_.at(booking.id).updated = true;
  }
  void emit(const Booking& booking, std::string_view type);
  void emit(const flights::Flight& flight, std::string_view type);
  void settled(const Booking& booking) { settled_.push_back(booking.id); }

  void confirm(Booking& booking, const PaymentSucceeded& paid);
  void fail(Booking& booking, std::string_view reason);
  void owe_refund(Booking& booking, const std::string& payment_ref);
  Result<Applied> find_fault(Booking& booking, PaymentFault fault, const PaymentSucceeded& paid);
  Result<Applied> settle_again(Booking& booking, const PaymentSucceeded& paid, PaymentSource source);
  Result<Applied> settle_success(Booking& booking, const PaymentSucceeded& paid, PaymentSource source);
  Result<Applied> settle_failure(Booking& booking, const PaymentFailed& failed, PaymentSource source);

  Instant now_;
  std::unordered_map<FlightId, RowInBatch<flights::Flight>> flights_;
  std::unordered_map<BookingId, BookingInBatch> bookings_;
  // Built when a command first needs it. Commands about bookings never do.
  std::optional<std::map<NaturalKey, FlightId>> by_key_;
  std::vector<BookingId> settled_;
  std::vector<LatePayment> late_payments_;
  LedgerChanges changes_;
  BatchStats stats_;
};

}  // namespace flightdeck::ledger
