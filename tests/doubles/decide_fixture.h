// One ledger of rows, and commands that are decided on it one by one.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/decide_samples.h"
#include "doubles/row_store.h"
#include "doubles/settlements.h"
#include "ledger/decide.h"

namespace flightdeck::ledger {

class Decide : public ::testing::Test {
 protected:
  static constexpr Milliseconds payment_timeout{60'000};
  Decide() { apply(AddFlight{test::flight_1, test::draft_of(3), false}); }
  ~Decide() override { EXPECT_THAT(rows.problems, ::testing::IsEmpty()); }

  Result<Applied> apply(const Command& command) {
    last = rows.apply(command, now);
    return last.outcomes.front();
  }
  ErrorCode error_of(const Command& command) {
    const auto flights = rows.flights;
    const auto bookings = rows.bookings;
    const Result<Applied> outcome = apply(command);
    EXPECT_FALSE(outcome.has_value());
    EXPECT_TRUE(last.changes.empty());
    EXPECT_EQ(rows.flights, flights);
    EXPECT_EQ(rows.bookings, bookings);
    return outcome ? ErrorCode::internal : outcome.error().code;
  }
  std::vector<std::string_view> events() const {
    std::vector<std::string_view> types;
    for (const auto& event : last.changes.events) types.push_back(event.type);
    return types;
  }
  std::optional<Instant> intent(BookingId id) const {
    const auto found = rows.intents.find(id);
    return found == rows.intents.end() ? std::nullopt : std::optional(found->second);
  }
  const Booking& booking(BookingId id = test::booking_1) const { return rows.bookings.at(id); }
  std::int64_t available(FlightId id = test::flight_1) const { return rows.flights.at(id).available_seats; }
  std::int64_t version(FlightId id = test::flight_1) const { return rows.flights.at(id).version; }

  Result<Applied> place(std::int64_t seats = 2, BookingId id = test::booking_1) {
    return apply(PlaceBooking{id, test::user_1, test::flight_1, seats, payment_timeout});
  }
  static SettlePayment paid(std::string ref = "pay-1", BookingId id = test::booking_1) {
    return test::payment_succeeded(id, test::flight_1, std::move(ref));
  }
  static SettlePayment not_paid(std::optional<Instant> ask_again_at = std::nullopt) {
    SettlePayment command = test::payment_failed(test::booking_1, test::flight_1, reason_payment_declined,
                                                 PaymentSource::provider);
    test::failure_of(command).ask_again_at = ask_again_at;
    return command;
  }
  static SettlePayment expired() {
    SettlePayment command = not_paid(test::start_time + std::chrono::minutes{5});
    test::failure_of(command).reason = reason_payment_timeout;
    return command;
  }
  static CancelBooking cancel(BookingId id = test::booking_1) { return CancelBooking{id, test::flight_1}; }
  static RecordRefund refund(std::string ref = "refund-1", std::string payment = "pay-1") {
    return {test::booking_1, test::flight_1, std::move(ref), std::move(payment)};
  }
  // What the provider itself says was paid.
  static SettlePayment paid_amount(std::int64_t minor, bool refunded = false) {
    SettlePayment command = paid();
    command.source = PaymentSource::provider;
    test::success_of(command).amount = Money{minor};
    test::success_of(command).refunded = refunded;
    return command;
  }
  RescheduleIntent look(std::optional<Instant> next) const {
    return {test::booking_1, test::flight_1, next, state_of(booking())};
  }

  test::RowStore rows;
  Instant now = test::start_time;
  BatchDecision last;
};

}  // namespace flightdeck::ledger
