#include "stress/answer.h"

#include <gtest/gtest.h>

namespace flightdeck::stress {
namespace {

constexpr std::string_view booking =
    R"({"booking_id":"01970000-0000-7000-8000-000000000001","user_id":"u","flight_id":"f","seats":2,)"
    R"("status":"CONFIRMED","failure_reason":null})";

BookingAnswer read(int status, std::string_view body) { return read_booking_answer({status, body, false}); }

TEST(TextMember, IsFoundWhereverBlanksAre) {
  EXPECT_EQ(text_member(R"({"a":"1","b" : "two"})", "b"), "two");
  EXPECT_EQ(text_member(R"({"a":"say \"b\":\"no\"","b":"yes"})", "b"), "yes");
  EXPECT_EQ(text_member(R"({"b":1,"c":"b"})", "b"), std::nullopt);
  EXPECT_EQ(text_member(R"({"status":503,"x":{"status":"inner"}})", "status"), "inner");
  EXPECT_EQ(text_member(R"({"b":"x\"y"})", "b"), R"(x\"y)");
  EXPECT_EQ(text_member(R"({"b":"open)", "b"), std::nullopt);
  EXPECT_EQ(text_member("b", "b"), std::nullopt);
  EXPECT_EQ(text_member("", "b"), std::nullopt);
  EXPECT_EQ(text_member(R"("b")", "b"), std::nullopt);
}

TEST(WholeMember, IsANumberAndNoText) {
  EXPECT_EQ(whole_member(R"({"a":"b","b" : 12,"c":3})", "b"), 12);
  EXPECT_EQ(whole_member(R"({"b":"1"})", "b"), std::nullopt);
  EXPECT_EQ(whole_member(R"({"b":)", "b"), std::nullopt);
  EXPECT_EQ(whole_member("", "b"), std::nullopt);
}

TEST(BookingAnswer, TellsTheBooking) {
  for (const int status : {200, 202}) {
    const BookingAnswer answer = read(status, booking);
    EXPECT_EQ(answer.kind, AnswerKind::accepted);
    EXPECT_EQ(answer.booking.str(), "01970000-0000-7000-8000-000000000001");
    EXPECT_EQ(answer.status, Status::confirmed);
    EXPECT_EQ(answer.flight, "f");
    EXPECT_EQ(answer.seats, 2);
    EXPECT_FALSE(answer.may_have_booked);
  }
}

TEST(BookingAnswer, KnowsWhichFailuresAreForGood) {
  const std::string body =
      R"({"booking_id":"01970000-0000-7000-8000-000000000001","status":"FAILED","failure_reason":)";
  EXPECT_TRUE(read(200, body + R"("payment_declined"})").declined);
  EXPECT_FALSE(read(200, body + R"("payment_timeout"})").declined);
}

TEST(BookingAnswer, DistrustsASuccessWithoutABooking) {
  for (const std::string_view body :
       {"", "{}", R"({"booking_id":"x","status":"PENDING"})",
        R"({"booking_id":"01970000-0000-7000-8000-000000000001","status":"LOST"})"}) {
    const BookingAnswer answer = read(200, body);
    EXPECT_EQ(answer.kind, AnswerKind::wrong);
    EXPECT_TRUE(answer.may_have_booked);
  }
}

TEST(BookingAnswer, SortsRefusals) {
  EXPECT_EQ(read(400, R"({"code":"OUT_OF_STOCK"})").kind, AnswerKind::sold_out);
  EXPECT_EQ(read(400, R"({"code":"MALFORMED_JSON"})").kind, AnswerKind::wrong);
  EXPECT_FALSE(read(422, R"({"code":"VALIDATION_FAILED"})").may_have_booked);
  EXPECT_TRUE(read(500, R"({"code":"INTERNAL"})").may_have_booked);
  EXPECT_TRUE(read(502, "<html>").may_have_booked);
  EXPECT_EQ(read(503, R"({"code":"OVERLOADED"})").kind, AnswerKind::overloaded);
  EXPECT_FALSE(read(503, R"({"code":"OVERLOADED"})").may_have_booked);
  EXPECT_TRUE(read(503, R"({"code":"UNAVAILABLE"})").may_have_booked);
  EXPECT_TRUE(read_booking_answer({503, "", true}).retry_after);
}

}  // namespace
}  // namespace flightdeck::stress
