// The booking side in virtual time, and a payment provider that does as it is told.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "booking/booking_service.h"
#include "core/limits.h"
#include "doubles/booking_world.h"

namespace flightdeck::booking {

class PaymentOutcome : public ::testing::Test {
 protected:
  ~PaymentOutcome() override {
    EXPECT_THAT(world.escaped, ::testing::IsEmpty());
    EXPECT_TRUE(world.seats_add_up(flight.id));
    EXPECT_EQ(world.sellable(flight.id).value_or(0), world.flight(flight.id).available_seats);
  }

  BookingId book(test::ScriptedPaymentProvider::Charge what, std::int64_t seats = 2) {
    world.provider.on_charge(what);
    return world.book(flight.id, seats).value().booking.id;
  }
  ledger::BookingStatus status(BookingId id) { return world.booking(id).status; }
  std::string paid_as(BookingId id) { return world.provider.payment_id(id); }
  void expire() {
    world.loop.advance(std::chrono::seconds{60});
    world.work();
  }
  Result<ledger::Booking> verdict(BookingId id, bool success, std::string ref,
                                  std::optional<Money> amount = std::nullopt) {
    PaymentVerdict verdict{id, success, std::move(ref), amount};
    return test::finish(world.loop, world.service.settle(std::move(verdict)));
  }
  Result<ledger::Booking> cancel(BookingId id) { return test::finish(world.loop, world.service.cancel(id)); }
  void sell_out() {
    world.provider.on_charge(test::ScriptedPaymentProvider::Charge::paid);
    ASSERT_TRUE(world.book(flight.id, world.flight(flight.id).available_seats).has_value());
  }
  // Nothing is due, now or ever. (What is, is due at once from now on.)
  bool all_finished() {
    const Instant now = world.clock.now();
    return world.rows.claim_unfinished(now + std::chrono::hours{24 * 365}, now, 1).empty();
  }

  // It is paid after all: its callback is refused, and heeded.
  void expect_refund_of_a_true_contradiction(BookingId id) {
    world.provider.decide(id, payment::PaymentStatus::success);
    EXPECT_EQ(verdict(id, true, paid_as(id)).error().code, ErrorCode::invalid_state);
    world.work();
    EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
    EXPECT_TRUE(all_finished());
  }

  test::BookingWorld world;
  flights::Flight flight = world.add_flight(4);
};

}  // namespace flightdeck::booking
