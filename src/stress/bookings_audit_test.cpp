#include "stress/bookings_audit.h"

#include <gtest/gtest.h>

namespace flightdeck::stress {
namespace {

BookingId booking_id(std::uint8_t n) { return BookingId{Uuid{{3, n}}}; }

// Two users, two flights. User 0 was told of 1 (confirmed) and 2 (pending), user 1 of 3 (failed).
class BookingsAuditTest : public testing::Test {
 protected:
  BookingsAuditTest() {
    record.unanswered = {0, 0};
    record.sold_out = {0, 0};
    tell(1, 0, Status::confirmed);
    tell(2, 0, Status::pending);
    tell(3, 1, Status::failed);
    record.told[2].declined = true;
    listed = {{0, {booking_id(1), users[0], flights[0], 2, Status::confirmed}},
              {0, {booking_id(2), users[0], flights[0], 2, Status::confirmed}},
              {1, {booking_id(3), users[1], flights[0], 2, Status::failed}}};
  }
  void tell(std::uint8_t n, std::uint32_t user, Status status) {
    AcknowledgedBooking told;
    told.id = booking_id(n);
    told.user = user;
    told.seats = 2;
    told.status = status;
    told.told_pending = status == Status::pending;
    told.measured = true;
    record.told.push_back(told);
  }

  // What fails; empty: nothing does.
  std::string judge() {
    audit.emplace(record, users, flights);
    for (const auto& [user, booking] : listed) audit->see(user, booking);
    result = {};
    audit->judge(result);
    std::string all;
    for (const Check& check : result.checks) {
      if (!check.passed) all += check.what + ";";
    }
    return all;
  }

  const std::vector<UserId> users{UserId{Uuid{{1, 1}}}, UserId{Uuid{{1, 2}}}};
  const std::vector<FlightId> flights{FlightId{Uuid{{2, 1}}}, FlightId{Uuid{{2, 2}}}};
  LoadRecord record;
  std::vector<std::pair<std::uint32_t, ListedBooking>> listed;
  std::optional<BookingsAudit> audit;
  AuditResult result;
};

TEST_F(BookingsAuditTest, PassesWhatIsAsItWasTold) {
  EXPECT_EQ(judge(), "");
  EXPECT_EQ(result.told, 3U);
  EXPECT_EQ(result.missing, 0U);
  EXPECT_EQ(result.unexpected, 0U);
  EXPECT_EQ(audit->own()[0].confirmed_seats, 4);
  EXPECT_EQ(audit->own()[0].pending_seats, 0);
  EXPECT_EQ(audit->own()[0].given_back, 1U);
  EXPECT_EQ(audit->own()[1].confirmed_seats, 0);
}

TEST_F(BookingsAuditTest, FindsWhatWasToldWithAnotherFlightOrSeats) {
  record.told[0].as_asked = false;
  EXPECT_EQ(judge(), "with the same flight and seats;");
}

TEST_F(BookingsAuditTest, MayBeRepeated) {
  listed.pop_back();
  EXPECT_NE(judge(), "");
  listed.push_back({1, {booking_id(3), users[1], flights[0], 2, Status::failed}});
  EXPECT_EQ(judge(), "");
  listed[0].second.status = Status::failed;
  EXPECT_NE(judge(), "");
  EXPECT_NE(judge(), "") << "what was found once is not taken for what was told";
}

TEST_F(BookingsAuditTest, FindsALostBooking) {
  listed.erase(listed.begin());
  EXPECT_EQ(judge(), "every booking that was told is there;");
  EXPECT_EQ(result.missing, 1U);
  EXPECT_NE(result.checks[0].figures.find(booking_id(1).str()), std::string::npos);
}

TEST_F(BookingsAuditTest, FindsABookingOfAnotherUser) {
  listed[0].first = 1;
  EXPECT_NE(judge(), "");
  listed[0].first = 0;
  listed[0].second.user = users[1];
  EXPECT_EQ(judge(), "users and flights are those of the run;");
}

TEST_F(BookingsAuditTest, FindsAnotherFlightAndOtherSeats) {
  listed[0].second.flight = flights[1];
  EXPECT_EQ(judge(), "with the same flight and seats;");
  listed[0].second.flight = FlightId{Uuid{{2, 9}}};
  EXPECT_EQ(judge(), "with the same flight and seats;users and flights are those of the run;");
  listed[0].second.flight = flights[0];
  listed[0].second.seats = 3;
  EXPECT_EQ(judge(), "with the same flight and seats;");
}

TEST_F(BookingsAuditTest, FindsAFinalStatusThatHasChanged) {
  const std::string wrong = "with the same status, if it was final;";
  for (const Status status : {Status::pending, Status::failed, Status::cancelled}) {
    listed[0].second.status = status;
    EXPECT_EQ(judge(), wrong);
  }
  listed[0].second.status = Status::confirmed;
  for (const Status status : {Status::pending, Status::confirmed, Status::cancelled}) {
    listed[2].second.status = status;
    EXPECT_EQ(judge(), wrong);
  }
}

TEST_F(BookingsAuditTest, AllowsWhatMayFollow) {
  for (const Status status : {Status::pending, Status::failed, Status::cancelled, Status::confirmed}) {
    listed[1].second.status = status;
    EXPECT_EQ(judge(), "") << "nothing final was told";
  }
  record.told[2].declined = false;
  listed[2].second.status = Status::confirmed;
  EXPECT_EQ(judge(), "") << "a payment that came too late";
}

TEST_F(BookingsAuditTest, ACancellationThatWasNotAnsweredMayHaveBeenDoneOrNot) {
  record.told[0].cancel_asked = true;
  EXPECT_EQ(judge(), "");
  listed[0].second.status = Status::cancelled;
  EXPECT_EQ(judge(), "");
  listed[0].second.status = Status::failed;
  EXPECT_NE(judge(), "");
}

TEST_F(BookingsAuditTest, AnsweredItHasBeenDone) {
  record.told[0].status = Status::cancelled;
  EXPECT_NE(judge(), "") << "still confirmed";
  listed[0].second.status = Status::cancelled;
  EXPECT_EQ(judge(), "");
}

TEST_F(BookingsAuditTest, AllowsUntoldBookingsOnlyForRequestsWithoutAnAnswer) {
  listed.push_back({1, {booking_id(4), users[1], flights[1], 1, Status::confirmed}});
  EXPECT_EQ(judge(), "no booking that was not asked for;");
  EXPECT_EQ(result.unexpected, 1U);
  record.unanswered = {1, 0};
  EXPECT_NE(judge(), "") << "of another user";
  record.unanswered = {0, 1};
  EXPECT_EQ(judge(), "");
  EXPECT_EQ(result.unexpected, 1U);
  EXPECT_EQ(audit->own()[1].confirmed_seats, 1);
}

TEST_F(BookingsAuditTest, FindsABookingToldOrListedTwice) {
  listed.push_back(listed[0]);
  EXPECT_EQ(judge(), "each is listed once;");
  listed.pop_back();
  tell(1, 0, Status::confirmed);
  EXPECT_NE(judge().find("each was told once;"), std::string::npos);
}

TEST_F(BookingsAuditTest, PendingOnesCountAsWhatBecameOfThem) {
  Outcomes outcomes;
  outcomes.counts.pending = 1;
  outcomes.counts.confirmed = 1;
  record.told[1].in_time = true;
  judge();
  count_settled(record.told, outcomes);
  EXPECT_EQ(outcomes.counts.pending, 0U);
  EXPECT_EQ(outcomes.counts.confirmed, 2U);
  EXPECT_EQ(outcomes.confirmed_in_time, 1U);

  outcomes = {};
  outcomes.counts.pending = 1;
  listed[1].second.status = Status::pending;
  judge();
  count_settled(record.told, outcomes);
  EXPECT_EQ(outcomes.counts.pending, 1U);
}

}  // namespace
}  // namespace flightdeck::stress
