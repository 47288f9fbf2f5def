// Booking, step by step, in virtual time: the answers, the gate and the ledger together.
#include "booking/booking_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/booking_world.h"
#include "doubles/settlements.h"
#include "ledger/apply_batch.h"

namespace flightdeck::booking {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using test::BookingWorld;
using test::finish;
using test::InlineLedger;
using Charge = test::ScriptedPaymentProvider::Charge;
using ::testing::IsEmpty;

class BookingServiceTest : public ::testing::Test {
 protected:
  ~BookingServiceTest() override {
    EXPECT_THAT(world.escaped, IsEmpty());
    EXPECT_TRUE(world.seats_add_up(flight.id));
  }

  ErrorCode error_of(const Result<BookAnswer>& answer) {
    EXPECT_FALSE(answer.has_value());
    return answer ? ErrorCode::internal : answer.error().code;
  }
  test::Started<ledger::Booking> wait_for(const BookAnswer& answer, Milliseconds wait) {
    return test::start(world.service.wait_until_final(answer, wait));
  }
  // Booked, with the charge still under way.
  BookAnswer book_and_hang(std::int64_t seats, std::optional<std::string> key = std::nullopt) {
    world.provider.on_charge(Charge::hangs);
    return world.book(flight.id, seats, std::move(key)).value();
  }

  BookingWorld world;
  flights::Flight flight = world.add_flight(10);
};

TEST_F(BookingServiceTest, ABookingIsPendingFirstAndConfirmedWhenPaid) {
  const BookAnswer answer = book_and_hang(2);
  EXPECT_FALSE(answer.replayed);
  EXPECT_EQ(answer.booking.status, ledger::BookingStatus::pending);
  EXPECT_EQ(answer.booking.amount, Money{39800});
  EXPECT_EQ(world.booking(answer.booking.id), answer.booking);
  EXPECT_EQ(world.flight(flight.id).available_seats, 8);
  EXPECT_EQ(world.sellable(flight.id), 8) << "the hold is gone, the ledger's count is in";
  EXPECT_EQ(world.admission.in_flight(), 1);

  world.provider.let_go(Charge::paid);
  world.loop.run();
  EXPECT_EQ(world.booking(answer.booking.id).status, ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.booking(answer.booking.id).payment_ref, world.provider.payment_id(answer.booking.id));
  EXPECT_EQ(world.sellable(flight.id), 8);
  EXPECT_EQ(world.admission.in_flight(), 0);
  EXPECT_EQ(world.scope.running(), 0U);
}

TEST_F(BookingServiceTest, TheProviderIsAskedForTheAmountAndToldWhereToCall) {
  BookingRules rules;
  rules.callback_url = "http://here/payment/callback";
  BookingWorld other(rules);
  const BookAnswer answer = other.book(other.add_flight(3).id, 3).value();
  ASSERT_EQ(other.provider.requests().size(), 1U);
  EXPECT_EQ(other.provider.requests()[0].booking, answer.booking.id);
  EXPECT_EQ(other.provider.requests()[0].amount, Money{59700});
  EXPECT_EQ(other.provider.requests()[0].callback_url, "http://here/payment/callback");
}

TEST_F(BookingServiceTest, ADeclinedBookingGivesItsSeatsBack) {
  world.provider.on_charge(Charge::declined);
  const BookAnswer answer = world.book(flight.id, 2).value();
  EXPECT_EQ(world.booking(answer.booking.id).status, ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(answer.booking.id).failure_reason, ledger::reason_payment_declined);
  EXPECT_EQ(world.sellable(flight.id), 10);
}

TEST_F(BookingServiceTest, SoldOutAtTheGateNeverReachesTheLedger) {
  ASSERT_TRUE(world.book(flight.id, 9).has_value());
  const auto version = world.flight(flight.id).version;
  // Whoever asks it is told so.
  world.ledger.fail(InlineLedger::Fault::unavailable);
  EXPECT_EQ(error_of(world.book(flight.id, 2)), ErrorCode::out_of_stock);
  world.ledger.fail(InlineLedger::Fault::none);
  EXPECT_EQ(world.flight(flight.id).version, version);
  EXPECT_TRUE(world.book(flight.id, 1).has_value()) << "the last seat can be sold";
  EXPECT_EQ(error_of(world.book(flight.id, 1)), ErrorCode::out_of_stock);
}

TEST_F(BookingServiceTest, ARepeatTakesNoSeatFromTheGate) {
  ASSERT_TRUE(world.book(flight.id, 5, "key").has_value());
  ASSERT_EQ(world.sellable(flight.id), 5);
  auto repeat = test::start(world.service.book(BookRequest{UserId{}, flight.id, 5, "key"}));
  while (world.loop.run_one()) EXPECT_EQ(world.sellable(flight.id), 5);
  EXPECT_TRUE(repeat.take().value().replayed);
  auto reused = test::start(world.service.book(BookRequest{UserId{}, flight.id, 4, "key"}));
  while (world.loop.run_one()) EXPECT_EQ(world.sellable(flight.id), 5);
  EXPECT_EQ(error_of(reused.take()), ErrorCode::idempotency_key_reused);
}

TEST_F(BookingServiceTest, ARepeatIsAnsweredUnderLoad) {
  BookingWorld full(BookingRules(), 1);
  const FlightId id = full.add_flight(10).id;
  full.provider.on_charge(Charge::hangs);
  const BookAnswer first = full.book(id, 1, "key").value();
  EXPECT_EQ(error_of(full.book(id, 1)), ErrorCode::overloaded);
  EXPECT_EQ(full.book(id, 1, "key").value().booking.id, first.booking.id);
  full.provider.let_go(Charge::paid);
  full.loop.run();
}

TEST_F(BookingServiceTest, AColdGateIsFilledFromTheLedger) {
  ASSERT_TRUE(world.book(flight.id, 4).has_value());
  SeatUpdate forget;
  forget.flight = flight.id;
  forget.off_sale = true;
  finish(world.loop, world.gate.sync({forget}));
  ASSERT_EQ(world.sellable(flight.id), std::nullopt);
  EXPECT_TRUE(world.book(flight.id, 4).has_value());
  EXPECT_EQ(world.sellable(flight.id), 2);
  EXPECT_EQ(error_of(world.book(flight.id, 3)), ErrorCode::out_of_stock);
}

TEST_F(BookingServiceTest, WithoutTheGateTheLedgerDecidesAlone) {
  world.gate.go_away(true);
  EXPECT_TRUE(world.book(flight.id, 9).has_value());
  EXPECT_EQ(error_of(world.book(flight.id, 2)), ErrorCode::out_of_stock);
  EXPECT_TRUE(world.book(flight.id, 1).has_value());
  // Back again, the gate still has its last update. The ledger refuses, and the gate is updated.
  world.gate.go_away(false);
  EXPECT_EQ(error_of(world.book(flight.id, 1)), ErrorCode::out_of_stock);
  EXPECT_EQ(world.sellable(flight.id), 0);
}

// A store that answers and refuses updates says "sold out" for as long as that lasts.
TEST_F(BookingServiceTest, AGateThatCouldNotBeToldOfACommitIsNotBelieved) {
  const BookingId given_back = world.book(flight.id, 4).value().booking.id;
  ASSERT_TRUE(world.book(flight.id, 6).has_value());
  world.gate.refuse_updates(true);
  ASSERT_TRUE(finish(world.loop, world.service.cancel(given_back)).has_value());
  ASSERT_EQ(world.sellable(flight.id), 0) << "as far as it was told";
  EXPECT_TRUE(world.book(flight.id, 3).has_value()) << "the ledger decides";
  EXPECT_EQ(error_of(world.book(flight.id, 2)), ErrorCode::out_of_stock) << "and it says so, too";
  world.gate.refuse_updates(false);
  world.loop.advance(limits::update_retry_pause);
  ASSERT_EQ(world.sellable(flight.id), 1);
  world.ledger.fail(InlineLedger::Fault::unavailable);
  EXPECT_EQ(error_of(world.book(flight.id, 2)), ErrorCode::out_of_stock)
      << "it knows all, and is believed again";
  world.ledger.fail(InlineLedger::Fault::none);
}

// Another process may have pending updates as well, and this one does not know.
TEST_F(BookingServiceTest, AGateThatRefusesOthersIsNotBelieved) {
  ASSERT_TRUE(world.book(flight.id, 10).has_value());
  ASSERT_EQ(world.sellable(flight.id), 0);
  world.ledger.fail(InlineLedger::Fault::unavailable);
  EXPECT_EQ(error_of(world.book(flight.id, 1)), ErrorCode::out_of_stock);
  world.lag.begin();
  EXPECT_EQ(error_of(world.book(flight.id, 1)), ErrorCode::unavailable) << "the ledger is asked";
  world.ledger.fail(InlineLedger::Fault::none);
  EXPECT_EQ(error_of(world.book(flight.id, 1)), ErrorCode::out_of_stock);
  world.lag.end();
}

TEST_F(BookingServiceTest, NoSuchFlightAndDepartedFlight) {
  EXPECT_EQ(error_of(world.book(FlightId{}, 1)), ErrorCode::not_found);
  world.loop.advance(hours{24});
  EXPECT_EQ(error_of(world.book(flight.id, 1)), ErrorCode::flight_closed);
  EXPECT_EQ(error_of(world.book(flight.id, 1)), ErrorCode::flight_closed) << "with a cold gate, too";
}

TEST_F(BookingServiceTest, AKeyedRepeatIsAnsweredWithItsBooking) {
  const BookAnswer first = book_and_hang(2, "key");
  const BookAnswer again = world.book(flight.id, 2, "key").value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.booking.id, first.booking.id);
  EXPECT_EQ(world.sellable(flight.id), 8);
  world.provider.let_go(Charge::paid);
  world.loop.run();
  EXPECT_EQ(world.book(flight.id, 2, "key").value().booking.status, ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.provider.charge_calls(), 1);
  EXPECT_EQ(world.sellable(flight.id), 8);
}

TEST_F(BookingServiceTest, AKeyedRepeatIsAnsweredWhenTheFlightHasSoldOutSince) {
  const BookAnswer first = world.book(flight.id, 2, "key").value();
  ASSERT_TRUE(world.book(flight.id, 8).has_value());
  const Result<BookAnswer> again = world.book(flight.id, 2, "key");
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->booking.id, first.booking.id);
  EXPECT_EQ(error_of(world.book(flight.id, 1, "key")), ErrorCode::idempotency_key_reused);
  EXPECT_EQ(error_of(world.book(flight.id, 2, "new key")), ErrorCode::out_of_stock);
  EXPECT_EQ(world.sellable(flight.id), 0);
}

TEST_F(BookingServiceTest, OneKeyOfTwoUsersIsTwoBookings) {
  UserId other;
  other.value.data()[0] = 1;
  const BookAnswer mine = world.book(flight.id, 1, "key").value();
  const BookAnswer theirs = world.book(flight.id, 1, "key", other).value();
  EXPECT_FALSE(theirs.replayed);
  EXPECT_NE(mine.booking.id, theirs.booking.id);
}

TEST_F(BookingServiceTest, AHundredCopiesAtOnceAreOneBookingAndOneCharge) {
  std::vector<test::Started<Result<BookAnswer>>> copies;
  for (int i = 0; i < 100; ++i) {
    BookRequest request{UserId{}, flight.id, 3, "key"};
    copies.push_back(test::start(world.service.book(std::move(request))));
  }
  world.loop.run();
  int replayed = 0;
  std::set<BookingId> ids;
  for (auto& copy : copies) {
    const Result<BookAnswer> answer = copy.take();
    ASSERT_TRUE(answer.has_value());
    replayed += answer->replayed ? 1 : 0;
    ids.insert(answer->booking.id);
  }
  EXPECT_EQ(replayed, 99);
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_EQ(world.provider.charge_calls(), 1);
  EXPECT_EQ(world.flight(flight.id).available_seats, 7);
  EXPECT_EQ(world.sellable(flight.id), 7);
}

TEST_F(BookingServiceTest, AFullQueueTakesNothingAndFreesTheSeats) {
  world.ledger.fail(InlineLedger::Fault::overloaded);
  EXPECT_EQ(error_of(world.book(flight.id, 2)), ErrorCode::overloaded);
  EXPECT_EQ(world.sellable(flight.id), 10) << "its hold is dropped";
  EXPECT_EQ(world.admission.in_flight(), 0);
  EXPECT_EQ(world.counters.overloaded.get(), 1);
}

TEST_F(BookingServiceTest, ASilentDatabaseKeepsNoSeatFromSale) {
  world.ledger.fail(InlineLedger::Fault::unavailable);
  for (int times = 0; times < 8; ++times)
    EXPECT_EQ(error_of(world.book(flight.id, 2)), ErrorCode::unavailable) << "whoever else was refused";
  EXPECT_EQ(world.sellable(flight.id), 10) << "a hold ends with its command";
  EXPECT_EQ(world.provider.charge_calls(), 0);
  EXPECT_EQ(world.admission.in_flight(), 0);
  world.ledger.fail(InlineLedger::Fault::none);
  EXPECT_TRUE(world.book(flight.id, 9).has_value()) << "at once";
}

TEST_F(BookingServiceTest, WhatWasDoneWithoutAnAnswerIsToldByTheSweeper) {
  world.ledger.fail(InlineLedger::Fault::done_but_unavailable);
  EXPECT_EQ(error_of(world.book(flight.id, 8)), ErrorCode::unavailable);
  world.ledger.fail(InlineLedger::Fault::none);
  EXPECT_EQ(error_of(world.book(flight.id, 3)), ErrorCode::out_of_stock) << "the ledger says so";
  finish(world.loop, world.sweeper.sync_changed());
  EXPECT_EQ(world.sellable(flight.id), 2);
}

TEST_F(BookingServiceTest, ALostAnswerIsRepeatedWithItsKey) {
  world.ledger.fail(InlineLedger::Fault::done_but_unavailable);
  EXPECT_EQ(error_of(world.book(flight.id, 2, "key")), ErrorCode::unavailable);
  world.ledger.fail(InlineLedger::Fault::none);
  const BookAnswer again = world.book(flight.id, 2, "key").value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(world.flight(flight.id).available_seats, 8);
}

TEST_F(BookingServiceTest, AtMostSoManyAreAdmittedAtOnce) {
  BookingWorld small({}, 2);
  const FlightId id = small.add_flight(10).id;
  small.provider.on_charge(Charge::hangs);
  ASSERT_TRUE(small.book(id, 1).has_value());
  ASSERT_TRUE(small.book(id, 1).has_value());
  EXPECT_EQ(error_of(small.book(id, 1)), ErrorCode::overloaded);
  EXPECT_EQ(small.flight(id).available_seats, 8);
  small.provider.let_go(Charge::paid);
  small.loop.run();
  EXPECT_TRUE(small.book(id, 1).has_value()) << "places are left when charges end";
}

// ---- Waiting ----

TEST_F(BookingServiceTest, WhoWaitsIsWokenByTheSettlement) {
  const BookAnswer answer = book_and_hang(2);
  auto waiting = wait_for(answer, seconds{30});
  world.loop.advance(seconds{1});
  EXPECT_FALSE(waiting.done());
  world.provider.let_go(Charge::paid);
  world.loop.run();
  ASSERT_TRUE(waiting.done());
  EXPECT_EQ(waiting.take().status, ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.loop.timers_running(), 0U) << "its timer is gone";
}

TEST_F(BookingServiceTest, WhoWaitsRightAfterBookingMissesNothing) {
  world.provider.on_charge(Charge::paid);
  auto book_and_wait = [](BookingWorld& in, FlightId on) -> Task<ledger::Booking> {
    BookRequest request{UserId{}, on, 1, std::nullopt};
    Result<BookAnswer> answer = co_await in.service.book(std::move(request));
    co_return co_await in.service.wait_until_final(std::move(*answer), seconds{30});
  };
  EXPECT_EQ(finish(world.loop, book_and_wait(world, flight.id)).status, ledger::BookingStatus::confirmed);
}

TEST_F(BookingServiceTest, WhoWaitsTooLongGetsThePendingBooking) {
  const BookAnswer answer = book_and_hang(2);
  auto waiting = wait_for(answer, seconds{2});
  world.loop.advance(seconds{2} - Milliseconds{1});
  EXPECT_FALSE(waiting.done());
  world.loop.advance(Milliseconds{1});
  ASSERT_TRUE(waiting.done());
  EXPECT_EQ(waiting.take().status, ledger::BookingStatus::pending);
}

TEST_F(BookingServiceTest, WhoWaitsFindsASettlementByAnotherProcess) {
  const BookAnswer answer = book_and_hang(2);
  auto waiting = wait_for(answer, seconds{30});
  world.loop.advance(seconds{5});
  EXPECT_FALSE(waiting.done());
  const ledger::Command paid = test::payment_succeeded(answer.booking.id, flight.id, "pay-elsewhere");
  // Nobody here is told.
  ledger::apply_batch(world.rows, std::span(&paid, 1), world.clock.now());
  world.loop.advance(limits::wait_reread_longest);
  ASSERT_TRUE(waiting.done());
  EXPECT_EQ(waiting.take().payment_ref, "pay-elsewhere");
}

// Under load all wait for longer than the first look is away: they must not ask the ledger one by one.
TEST_F(BookingServiceTest, WhatIsChargedHereIsHardlyLookedAt) {
  const BookAnswer answer = book_and_hang(2);
  auto waiting = wait_for(answer, seconds{30});
  const int reads = world.ledger.reads();
  world.loop.advance(limits::wait_reread_longest - Milliseconds{1});
  EXPECT_LE(world.ledger.reads(), reads + 1);
  world.provider.let_go(Charge::paid);
  world.loop.run();
  EXPECT_TRUE(waiting.done());
}

TEST_F(BookingServiceTest, WhatACallbackWillSettleIsLookedAtSoon) {
  world.provider.on_charge(Charge::pending);
  const BookAnswer answer = world.book(flight.id, 2).value();
  world.loop.run();
  auto waiting = wait_for(answer, seconds{30});
  const ledger::Command paid = test::payment_succeeded(answer.booking.id, flight.id, "pay-elsewhere");
  // By another process.
  ledger::apply_batch(world.rows, std::span(&paid, 1), world.clock.now());
  world.loop.advance(limits::wait_reread_first);
  ASSERT_TRUE(waiting.done());
  EXPECT_EQ(waiting.take().payment_ref, "pay-elsewhere");
}

TEST_F(BookingServiceTest, WhoWaitsWhileTheDatabaseGoesAwayGetsTheBookingThatIsPlaced) {
  const BookAnswer answer = book_and_hang(2);
  auto waiting = wait_for(answer, seconds{5});
  world.ledger.fail_reads(true);
  world.loop.advance(seconds{5});
  ASSERT_TRUE(waiting.done());
  EXPECT_EQ(waiting.take().status, ledger::BookingStatus::pending);
  world.ledger.fail_reads(false);
}

TEST_F(BookingServiceTest, WhoWaitsIsSentOffWhenTheProcessStops) {
  auto waiting = wait_for(book_and_hang(2), seconds{30});
  world.waiters.close();
  world.loop.run();
  ASSERT_TRUE(waiting.done());
  EXPECT_EQ(waiting.take().status, ledger::BookingStatus::pending);
  auto late = wait_for(world.book(flight.id, 1).value(), seconds{30});
  world.loop.run();
  EXPECT_TRUE(late.done());
}

TEST_F(BookingServiceTest, AFinalBookingIsNotWaitedFor) {
  BookAnswer answer = world.book(flight.id, 2, "key").value();
  answer = world.book(flight.id, 2, "key").value();
  auto waiting = wait_for(answer, seconds{30});
  ASSERT_TRUE(waiting.done());
  EXPECT_EQ(waiting.take().status, ledger::BookingStatus::confirmed);
}

TEST_F(BookingServiceTest, ARepeatWhoseBookingWasSettledMeanwhileDoesNotWait) {
  book_and_hang(2, "key");
  const BookAnswer again = world.book(flight.id, 2, "key").value();
  world.provider.let_go(Charge::declined);
  world.loop.run();
  ASSERT_EQ(again.booking.status, ledger::BookingStatus::pending) << "what the repeat saw";
  auto waiting = wait_for(again, seconds{30});
  world.loop.run();
  ASSERT_TRUE(waiting.done());
  EXPECT_EQ(waiting.take().status, ledger::BookingStatus::failed);
}

}  // namespace
}  // namespace flightdeck::booking
