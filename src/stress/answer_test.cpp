#include "stress/answer.h"

#include <gtest/gtest.h>

namespace flightdeck::stress {
namespace {

constexpr std::string_view id = "01970000-0000-7000-8000-000000000001";

ReplyFields booking(std::string_view booking_id, std::string_view status) {
  ReplyFields fields;
  fields.booking_id = booking_id;
  fields.status = status;
  return fields;
}

BookingAnswer read(int status, const ReplyFields& fields) {
  return read_booking_answer({status, {}, false, fields});
}

BookingAnswer refused(int status, std::string_view code) {
  ReplyFields fields;
  fields.code = code;
  return read(status, fields);
}

TEST(BookingAnswer, TellsTheBooking) {
  ReplyFields fields = booking(id, "CONFIRMED");
  fields.flight_id = "f";
  fields.seats = 2;
  for (const int status : {200, 202}) {
    const BookingAnswer answer = read(status, fields);
    EXPECT_EQ(answer.kind, AnswerKind::accepted);
    EXPECT_EQ(answer.booking.str(), id);
    EXPECT_EQ(answer.status, Status::confirmed);
    EXPECT_EQ(answer.flight, "f");
    EXPECT_EQ(answer.seats, 2);
    EXPECT_FALSE(answer.may_have_booked);
  }
}

TEST(BookingAnswer, KnowsWhichFailuresAreForGood) {
  ReplyFields fields = booking(id, "FAILED");
  fields.failure_reason = "payment_declined";
  EXPECT_TRUE(read(200, fields).declined);
  fields.failure_reason = "payment_timeout";
  EXPECT_FALSE(read(200, fields).declined);
}

TEST(BookingAnswer, DistrustsASuccessWithoutABooking) {
  for (const ReplyFields& fields : {ReplyFields(), booking("x", "PENDING"), booking(id, "LOST")}) {
    const BookingAnswer answer = read(200, fields);
    EXPECT_EQ(answer.kind, AnswerKind::wrong);
    EXPECT_TRUE(answer.may_have_booked);
  }
}

TEST(BookingAnswer, SortsRefusals) {
  EXPECT_EQ(refused(400, "OUT_OF_STOCK").kind, AnswerKind::sold_out);
  EXPECT_EQ(refused(400, "MALFORMED_JSON").kind, AnswerKind::wrong);
  EXPECT_FALSE(refused(422, "VALIDATION_FAILED").may_have_booked);
  EXPECT_TRUE(refused(500, "INTERNAL").may_have_booked);
  EXPECT_TRUE(read(502, {}).may_have_booked);
  EXPECT_EQ(refused(503, "OVERLOADED").kind, AnswerKind::overloaded);
  EXPECT_FALSE(refused(503, "OVERLOADED").may_have_booked);
  EXPECT_TRUE(refused(503, "UNAVAILABLE").may_have_booked);
  EXPECT_TRUE(read_booking_answer({503, {}, true, {}}).retry_after);
}

}  // namespace
}  // namespace flightdeck::stress
