#include "stress_http/booking_replies.h"

#include <gtest/gtest.h>

#include <functional>

namespace flightdeck::stress_http {
namespace {

using stress::Reply;

class Taker final : public stress::AnswerTaker {
 public:
  explicit Taker(std::function<void(const Reply&)> look) : look_(std::move(look)) {}
  void answered(std::uint32_t, const Reply& reply, stress::Time) override {
    ++answers;
    look_(reply);
  }
  void lost(std::uint32_t, stress::Loss loss, stress::Time) override { last_loss = loss; }

  int answers = 0;
  std::optional<stress::Loss> last_loss;

 private:
  std::function<void(const Reply&)> look_;
};

void read(const std::string& body, const std::function<void(const Reply&)>& look) {
  Taker taker(look);
  BookingReplies replies(taker);
  // Twice: nothing is left of the first.
  for (int i = 0; i < 2; ++i) replies.answered(7, {503, body, true}, {});
  EXPECT_EQ(taker.answers, 2);
}

TEST(BookingReplies, ReadABooking) {
  read(R"({"booking_id":"b","user_id":"u","flight_id":"f\u0021","seats" : 2, "status":"CONFIRMED",
           "failure_reason":null,"history":[{"status":"PENDING"}]})",
       [](const Reply& reply) {
         EXPECT_EQ(reply.status, 503);
         EXPECT_TRUE(reply.retry_after);
         EXPECT_EQ(reply.fields.booking_id, "b");
         EXPECT_EQ(reply.fields.flight_id, "f!");
         EXPECT_EQ(reply.fields.seats, 2);
         EXPECT_EQ(reply.fields.status, "CONFIRMED");
         EXPECT_EQ(reply.fields.failure_reason, std::nullopt);
         EXPECT_EQ(reply.fields.code, std::nullopt);
       });
}

TEST(BookingReplies, ReadARefusal) {
  read(R"({"status":400,"code":"OUT_OF_STOCK","seats":"1"})", [](const Reply& reply) {
    EXPECT_EQ(reply.fields.code, "OUT_OF_STOCK");
    EXPECT_EQ(reply.fields.status, std::nullopt) << "it is a number here";
    EXPECT_EQ(reply.fields.seats, std::nullopt);
  });
}

TEST(BookingReplies, OfWhatIsNoObjectNothingIsRead) {
  const std::string large = R"({"code":"C","detail":")" + std::string(100'000, 'x');
  for (const std::string& body :
       {std::string(), std::string("<html>"), std::string(R"(["code"])"), std::string(R"("code")"), large}) {
    read(body, [&](const Reply& reply) {
      EXPECT_EQ(reply.body, body);
      EXPECT_EQ(reply.fields.code, std::nullopt) << body.substr(0, 20);
    });
  }
  read(large + "\"}", [](const Reply& reply) { EXPECT_EQ(reply.fields.code, "C"); });
}

TEST(BookingReplies, HandOnLosses) {
  Taker taker([](const Reply&) {});
  BookingReplies(taker).lost(1, stress::Loss::cut, {});
  EXPECT_EQ(taker.last_loss, stress::Loss::cut);
}

}  // namespace
}  // namespace flightdeck::stress_http
