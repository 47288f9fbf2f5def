// Taking flights off sale with their bookings, and search while the index is away.
#include "booking/manage_flights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/booking_world.h"
#include "doubles/preconditions.h"

namespace flightdeck::booking {
namespace {

using test::BookingWorld;
using test::finish;
using test::InlineLedger;
using Charge = test::ScriptedPaymentProvider::Charge;
using ::testing::IsEmpty;

class ManageFlightsTest : public ::testing::Test {
 protected:
  ~ManageFlightsTest() override { EXPECT_THAT(world.escaped, IsEmpty()); }

  Result<void> remove(FlightId id, bool cancel_bookings) {
    return finish(world.loop, world.manage.remove(id, cancel_bookings));
  }
  flights::SearchPage search() {
    flights::SearchQuery query;
    query.source = "jfk";
    query.destination = "lhr";
    query.date = flight.date;
    return finish(world.loop, world.index.search(query, world.clock.now())).value();
  }

  BookingWorld world;
  flights::Flight flight = world.add_flight(1000);
};

TEST_F(ManageFlightsTest, AFlightIsShownWithItsSeatsInAllPlaces) {
  world.provider.on_charge(Charge::paid);
  world.book(flight.id, 2).value();
  world.provider.on_charge(Charge::hangs);
  world.book(flight.id, 3).value();
  const auto shown = finish(world.loop, world.manage.find(flight.id));
  ASSERT_TRUE(shown.has_value());
  EXPECT_EQ(shown->flight.available_seats, 995);
  EXPECT_EQ(shown->counts.confirmed, 2);
  EXPECT_EQ(shown->counts.pending, 3);
  EXPECT_EQ(shown->gate, 995);
  EXPECT_FALSE(finish(world.loop, world.manage.find(FlightId{})).has_value());
}

// A ledger where bookings are settled and placed between any two reads.
class BusyReader final : public ledger::LedgerReader {
 public:
  explicit BusyReader(flights::Flight row) : row_(std::move(row)) {}
  int busy_reads = 3;

  std::vector<flights::Flight> flights(std::span<const FlightId>) override {
    auto rows = std::vector<flights::Flight>{row_};
    pass();
    return rows;
  }
  ledger::SeatCounts seat_counts(FlightId) override {
    const ledger::SeatCounts counts{row_.total_seats - row_.available_seats, 0};
    pass();
    return counts;
  }
  std::vector<ledger::Booking> bookings(std::span<const BookingId>) override { return {}; }
  ledger::BookingPage list_bookings(const ledger::BookingListQuery&) override { return {}; }
  flights::SearchPage list_flights(const ledger::FlightListQuery&) override { return {}; }
  flights::SearchPage search(const flights::SearchQuery&, Instant) override { return {}; }
  std::vector<BookingId> live_bookings(FlightId, std::size_t) override { return {}; }
  ledger::ClosedFlights closed_flights(FlightId, std::size_t) override { return {}; }
  std::vector<flights::Flight> flights_changed(Instant, FlightId, std::size_t) override { return {}; }
  std::int64_t pending_bookings() override { return 0; }
  bool any_flight() override { return true; }
  std::vector<ledger::NaturalKey> cancelled_of(std::span<const ledger::NaturalKey>) override { return {}; }

 private:
  void pass() {
    if (busy_reads-- <= 0) return;
    --row_.available_seats;
    ++row_.version;
  }
  flights::Flight row_;
};

TEST_F(ManageFlightsTest, TheShownSeatsAddUpWhateverIsCommittedInBetween) {
  BusyReader busy(flight);
  InlineLedger ledger(world.rows, busy, world.commit_sync, world.clock, world.loop);
  ManageFlights manage(ledger, world.gate, world.service, world.clock, world.random, world.scope);
  const auto shown = finish(world.loop, manage.find(flight.id));
  ASSERT_TRUE(shown.has_value());
  EXPECT_EQ(shown->flight.available_seats + shown->counts.pending + shown->counts.confirmed,
            shown->flight.total_seats);
}

TEST_F(ManageFlightsTest, RemovingAnEmptyFlightTakesItOutOfSearch) {
  ASSERT_EQ(search().flights.size(), 1U);
  EXPECT_TRUE(remove(flight.id, false).has_value());
  EXPECT_THAT(search().flights, IsEmpty());
  EXPECT_EQ(remove(flight.id, false).error().code, ErrorCode::not_found);
  EXPECT_EQ(remove(FlightId{}, true).error().code, ErrorCode::not_found);
}

TEST_F(ManageFlightsTest, RemovingAFlightWithBookingsIsRefusedUnlessTheyMayGo) {
  const BookingId id = world.book(flight.id, 2).value().booking.id;
  EXPECT_EQ(remove(flight.id, false).error().code, ErrorCode::flight_has_bookings);
  EXPECT_EQ(search().flights.size(), 1U);
  EXPECT_TRUE(remove(flight.id, true).has_value());
  EXPECT_EQ(world.booking(id).status, ledger::BookingStatus::cancelled);
  world.work();
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
}

TEST_F(ManageFlightsTest, RemovingCancelsAndRefundsMoreBookingsThanOneBatch) {
  const std::size_t count = limits::cancel_batch + 10;
  std::vector<BookingId> paid;
  for (std::size_t i = 0; i < count; ++i) paid.push_back(world.book(flight.id, 1).value().booking.id);
  world.provider.on_charge(Charge::declined);
  const BookingId failed = world.book(flight.id, 1).value().booking.id;
  world.provider.on_charge(Charge::never_arrives);
  const BookingId pending = world.book(flight.id, 1).value().booking.id;
  ASSERT_TRUE(remove(flight.id, true).has_value());
  EXPECT_EQ(world.provider.refunds(), 0) << "a refund that hangs must not hold up the others";
  for (std::size_t done = 0; done < count; done += limits::unfinished_batch) world.work();
  for (const BookingId id : paid) {
    ASSERT_EQ(world.booking(id).status, ledger::BookingStatus::cancelled);
    ASSERT_FALSE(world.booking(id).refund_ref.empty());
  }
  EXPECT_EQ(world.booking(failed).status, ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(pending).status, ledger::BookingStatus::cancelled);
  EXPECT_EQ(world.provider.refunds(), static_cast<int>(count));
  EXPECT_EQ(world.flight(flight.id).available_seats, 1000);
}

TEST_F(ManageFlightsTest, RemovingEndsWhenTheLedgerFailsMidway) {
  for (int i = 0; i < 5; ++i) world.book(flight.id, 1).value();
  // Closed, and two bookings cancelled.
  world.ledger.fail(InlineLedger::Fault::unavailable, 3);
  EXPECT_EQ(remove(flight.id, true).error().code, ErrorCode::unavailable);
  world.ledger.fail(InlineLedger::Fault::none);
  // The flight is closed; the sweeper brings the rest to its end.
  EXPECT_THAT(search().flights, IsEmpty());
  finish(world.loop, world.sweeper.finish_closed_flights());
  EXPECT_EQ(world.flight(flight.id).available_seats, 1000);
}

// Lists bookings that cannot be read one by one.
TEST_F(ManageFlightsTest, RemovingEndsWhenBookingsCannotBeRead) {
  class HalfBlind final : public ledger::Ledger {
   public:
    explicit HalfBlind(ledger::Ledger& ledger) : ledger_(ledger) {}
    Task<Result<ledger::Applied>> apply(ledger::Command command) override {
      return ledger_.apply(std::move(command));
    }
    Task<std::vector<BookingId>> claim_unfinished(Instant now, Instant until, std::size_t limit) override {
      return ledger_.claim_unfinished(now, until, limit);
    }
    Task<std::vector<events::OutboxRow>> claim_events(Instant now, Instant until,
                                                      std::size_t limit) override {
      return ledger_.claim_events(now, until, limit);
    }
    Task<void> remove_events(std::vector<std::int64_t> sequences) override {
      return ledger_.remove_events(std::move(sequences));
    }
    Task<std::size_t> trim_events(Instant before, std::int64_t keep, std::size_t limit) override {
      return ledger_.trim_events(before, keep, limit);
    }
    Task<void> check_writable() override { return ledger_.check_writable(); }
    Task<std::optional<ledger::Booking>> find_booking(BookingId) override {
      // It would go on for ever.
      if (++finds > 1000) std::terminate();
      throw OverloadedError("Too many reads are waiting.");
      co_return std::nullopt;
    }
    Task<std::optional<flights::Flight>> find_flight(FlightId id) override { return ledger_.find_flight(id); }
    Task<void> run(ledger::ReadKind kind, std::function<void(ledger::LedgerReader&)> query) override {
      return ledger_.run(kind, std::move(query));
    }
    int finds = 0;

   private:
    ledger::Ledger& ledger_;
  };
  world.book(flight.id, 1).value();
  HalfBlind blind(world.ledger);
  BookingService service(
      {blind, world.gate, world.lag, world.updater, world.provider, world.waiters, world.admission,
       world.loop, world.loop, world.clock, world.random, world.scope, world.counters, world.log},
      world.rules);
  ManageFlights manage(blind, world.gate, service, world.clock, world.random, world.scope);
  EXPECT_EQ(finish(world.loop, manage.remove(flight.id, true)).error().code, ErrorCode::unavailable);
  EXPECT_EQ(blind.finds, 1);
}

TEST_F(ManageFlightsTest, ReplacingTellsGateAndIndex) {
  flights::FlightDraft draft = test::flight_draft(1500);
  draft.price = Money{100};
  ASSERT_TRUE(finish(world.loop, world.manage.replace(flight.id, draft, test::if_match({1}))).has_value());
  EXPECT_EQ(world.sellable(flight.id), 1500);
  EXPECT_EQ(search().flights.at(0).price, Money{100});
  EXPECT_EQ(finish(world.loop, world.manage.replace(flight.id, draft, test::if_match({1}))).error().code,
            ErrorCode::version_conflict);
}

TEST_F(ManageFlightsTest, ARefusedRemovalCancelsNothing) {
  const BookingId id = world.book(flight.id, 2).value().booking.id;
  const Result<void> refused = finish(world.loop, world.manage.remove(flight.id, true, test::if_match({1})));
  EXPECT_EQ(refused.error().code, ErrorCode::version_conflict) << "the booking has made another version";
  EXPECT_NE(world.booking(id).status, ledger::BookingStatus::cancelled);
  EXPECT_EQ(world.flight(flight.id).available_seats, 998);
  EXPECT_EQ(search().flights.size(), 1U);
}

TEST_F(ManageFlightsTest, AReinstatedFlightIsFoundAndSoldAgain) {
  const auto reinstate = [&](FlightId id) { return finish(world.loop, world.manage.reinstate(id, {})); };
  EXPECT_EQ(reinstate(FlightId{}).error().code, ErrorCode::not_found);
  EXPECT_EQ(reinstate(flight.id).error().code, ErrorCode::invalid_state);
  const BookingId before = world.book(flight.id, 2).value().booking.id;
  remove(flight.id, true).value();
  EXPECT_EQ(world.sellable(flight.id).value_or(0), 0);
  ASSERT_TRUE(reinstate(flight.id).has_value());
  EXPECT_EQ(search().flights.size(), 1U);
  EXPECT_EQ(world.sellable(flight.id), 1000);
  EXPECT_TRUE(world.book(flight.id, 2).has_value());
  EXPECT_EQ(world.booking(before).status, ledger::BookingStatus::cancelled) << "what was cancelled stays so";
  EXPECT_EQ(world.flight(flight.id).available_seats, 998);
}

TEST_F(ManageFlightsTest, WhatACancelledFlightStillHasStaysWhenItIsReinstated) {
  std::vector<BookingId> booked;
  for (int i = 0; i < 5; ++i) booked.push_back(world.book(flight.id, 1).value().booking.id);
  // Closed, and two bookings cancelled.
  world.ledger.fail(InlineLedger::Fault::unavailable, 3);
  EXPECT_EQ(remove(flight.id, true).error().code, ErrorCode::unavailable);
  world.ledger.fail(InlineLedger::Fault::none);
  ASSERT_TRUE(finish(world.loop, world.manage.reinstate(flight.id, {})).has_value());
  const std::int64_t left = world.flight(flight.id).available_seats;
  EXPECT_EQ(left, 997);
  // Of before, when the flight was still closed: it must not touch those that are booked now.
  EXPECT_EQ(finish(world.loop, world.manage.cancel_bookings_of(flight.id)).error().code,
            ErrorCode::invalid_state);
  finish(world.loop, world.sweeper.finish_closed_flights());
  EXPECT_EQ(world.flight(flight.id).available_seats, left);
  EXPECT_EQ(world.sellable(flight.id), left);
}

TEST_F(ManageFlightsTest, ListsFlightsOffSaleToo) {
  remove(flight.id, false).value();
  world.add_flight(3, "FD2");
  EXPECT_EQ(finish(world.loop, world.manage.list({})).flights.size(), 2U);
}

}  // namespace
}  // namespace flightdeck::booking
