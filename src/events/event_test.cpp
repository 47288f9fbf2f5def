#include "events/event.h"

#include <gtest/gtest.h>

#include <set>

namespace flightdeck::events {
namespace {

const Uuid subject = *parse_uuid("0191f3a0-0000-7000-8000-000000000001");
const Uuid other = *parse_uuid("0191f3a0-0000-7000-8000-000000000002");

TEST(EventId, IsTheSameForTheSameFactEverywhere) {
  EXPECT_EQ(event_id(subject, booking_confirmed, 0), event_id(subject, booking_confirmed, 0));
  // Written down: consumers have stored ids made by earlier releases.
  EXPECT_EQ(event_id(subject, booking_confirmed, 0), make_uuid_v5(subject, "booking.confirmed"));
  EXPECT_EQ(event_id(subject, flight_updated, 12), make_uuid_v5(subject, "flight.updated:12"));
}

TEST(EventId, DiffersBySubjectTypeAndRevision) {
  std::set<Uuid> ids;
  std::size_t made = 0;
  for (const Uuid& about : {subject, other}) {
    for (const std::string_view type :
         {booking_intent_created, booking_confirmed, booking_failed, booking_cancelled, booking_refunded,
          flight_created, flight_updated, flight_cancelled}) {
      for (const std::int64_t revision : {0, 1, 2, 12}) {
        ids.insert(event_id(about, type, revision));
        ++made;
      }
    }
  }
  EXPECT_EQ(ids.size(), made);
}

TEST(OutboxRow, IsAJsonArrayInOrder) {
  EXPECT_EQ(outbox_row({}), "[]");
  const Event first{other, booking_confirmed, subject, R"({"a":1})"};
  const Event second{subject, flight_updated, other, "{}"};
  const Event batch[] = {first, second};
  EXPECT_EQ(outbox_row(batch), R"([{"id":"0191f3a0-0000-7000-8000-000000000002","type":"booking.confirmed",)"
                               R"("subject":"0191f3a0-0000-7000-8000-000000000001","data":{"a":1}},)"
                               R"({"id":"0191f3a0-0000-7000-8000-000000000001","type":"flight.updated",)"
                               R"("subject":"0191f3a0-0000-7000-8000-000000000002","data":{}}])");
}

}  // namespace
}  // namespace flightdeck::events
