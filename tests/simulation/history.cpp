#include "simulation/history.h"

#include <algorithm>

namespace flightdeck::simulation {

using ledger::Booking;
using ledger::BookingStatus;
using payment::PaymentStatus;

namespace {

bool may_become(BookingStatus before, BookingStatus after) {
  switch (before) {
    case BookingStatus::pending: return true;
    case BookingStatus::confirmed: return after == before || after == BookingStatus::cancelled;
    case BookingStatus::failed:
      // Paid late, and then perhaps cancelled.
      return after != BookingStatus::pending;
    case BookingStatus::cancelled: return after == before;
  }
  return false;
}

bool may_follow(const Booking& before, const Booking& after) {
  return may_become(before.status, after.status) &&
         (before.payment_ref.empty() || before.payment_ref == after.payment_ref ||
          // That a callback called it by.
          before.payment_ref.starts_with("early-")) &&
         (before.refund_ref.empty() || before.refund_ref == after.refund_ref);
}

std::string describe(const Booking& booking) {
  return "booking " + booking.id.str() + " (" + std::string(to_string(booking.status)) + " " +
         booking.failure_reason + ")";
}

}  // namespace

void History::violate(std::string what) {
  queue_.note("VIOLATION", 0);
  queue_.trace().say(queue_.now(), what);
  violations_.push_back(std::move(what));
}

std::shared_ptr<Wish> History::wish(UserId user, FlightId flight, std::int64_t seats,
                                    std::optional<std::string> key) {
  wishes_.push_back(std::make_shared<Wish>(Wish{user, flight, seats, std::move(key), std::nullopt}));
  return wishes_.back();
}

void History::booked(Wish& wish, const Booking& booking, Micros asked) {
  ++answered;
  if (wish.booking && *wish.booking != booking.id)
    violate("one key led to two bookings: " + wish.booking->str() + " and " + booking.id.str());
  if (booking.user != wish.user || booking.flight != wish.flight || booking.seats != wish.seats)
    violate(describe(booking) + " is not what was asked for");
  const auto [owner, added] = owners_.emplace(booking.id, &wish);
  if (!added && owner->second != &wish) violate(describe(booking) + " was told to two who asked");
  wish.booking = booking.id;
  saw(booking, asked);
}

void History::saw(const Booking& booking, Micros asked) {
  sightings_[booking.id].push_back({booking, asked, queue_.now()});
}

void History::refused(const Wish& wish, const Asking& asking, const Error& error) {
  switch (error.code) {
    case ErrorCode::out_of_stock:
      ++sold_out;
      if (!asking.may_be_sold_out)
        violate("sold out was told of " + std::to_string(wish.seats) + " seats on " + wish.flight.str() +
                " though they were free all the time");
      break;
    case ErrorCode::flight_closed:
      if (!asking.may_be_closed) violate("closed was told of " + wish.flight.str() + ", which is on sale");
      break;
    case ErrorCode::unavailable:
    case ErrorCode::overloaded: break;
    default: violate("a booking was refused for no reason: " + error.detail);
  }
}

void History::check_bookings(const std::map<BookingId, Booking>& rows) {
  for (auto& [id, seen] : sightings_) {
    const auto row = rows.find(id);
    if (row == rows.end()) {
      violate("booking " + id.str() + " was told of and is not there");
      continue;
    }
    Booking last = row->second;
    std::sort(seen.begin(), seen.end(),
              [](const Sighting& a, const Sighting& b) { return a.shown < b.shown; });
    for (const Sighting& later : seen) {
      if (!may_follow(later.booking, last)) violate(describe(later.booking) + " ended as " + describe(last));
      for (const Sighting& earlier : seen) {
        if (earlier.shown < later.asked && !may_follow(earlier.booking, later.booking))
          violate(describe(earlier.booking) + " was later shown as " + describe(later.booking));
      }
    }
  }
  for (const auto& wish : wishes_) {
    if (!wish->booking) continue;
    const auto row = rows.find(*wish->booking);
    if (row != rows.end() && wish->cancel_told && row->second.status != BookingStatus::cancelled)
      violate(describe(row->second) + " was told to be cancelled");
  }
}

// CONFIRMED goes with one charge of what is owed, which was kept. What a booking cannot know is let pass: a
// refund after the payment was called paid; and another amount that a callback did not state, as long as the
// booking bears it.
void History::check_confirmed(const Booking& booking, const PaymentService::Record& payment) {
  const bool refunded_later = payment.unasked && payment.called_paid;
  if (payment.charges != 1 || (payment.refunds != 0 && !refunded_later))
    violate(describe(booking) + " was charged " + std::to_string(payment.charges) + " times and refunded " +
            std::to_string(payment.refunds) + " times");
  const bool noted = payment.told_of_no_amount && booking.failure_reason == ledger::reason_amount_differs;
  if (payment.amount != booking.amount && !noted)
    violate(describe(booking) + " was paid with another amount");
}

void History::check_money(const std::map<BookingId, Booking>& rows,
                          const std::map<BookingId, PaymentService::Record>& payments) {
  for (const auto& [id, payment] : payments) {
    const auto row = rows.find(id);
    if (row == rows.end()) {
      violate("payment for a booking that is not there: " + id.str());
      continue;
    }
    const Booking& booking = row->second;
    if (payment.status == PaymentStatus::pending)
      violate("the simulated payment service left a payment open");
    const bool confirmed = booking.status == BookingStatus::confirmed;
    if (confirmed) check_confirmed(booking, payment);
    if (!confirmed && payment.refunds != payment.charges)
      violate(describe(booking) + " was charged " + std::to_string(payment.charges) + " times and refunded " +
              std::to_string(payment.refunds) + " times");
  }
  for (const auto& [id, booking] : rows) {
    if (booking.status == BookingStatus::confirmed && !payments.contains(id))
      violate(describe(booking) + " was never charged");
    if (booking.status == BookingStatus::pending) violate(describe(booking) + " was never settled");
    if (refund_due(booking)) violate(describe(booking) + " still waits for its refund");
  }
}

}  // namespace flightdeck::simulation
