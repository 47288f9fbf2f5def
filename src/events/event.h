// What happened, for consumers. Events are written to the outbox in the transaction that made them true.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/ids.h"

namespace flightdeck::events {

inline constexpr std::string_view booking_intent_created = "booking_intent.created";
inline constexpr std::string_view booking_confirmed = "booking.confirmed";
inline constexpr std::string_view booking_failed = "booking.failed";
inline constexpr std::string_view booking_cancelled = "booking.cancelled";
inline constexpr std::string_view booking_refunded = "booking.refunded";
inline constexpr std::string_view flight_created = "flight.created";
inline constexpr std::string_view flight_updated = "flight.updated";
inline constexpr std::string_view flight_cancelled = "flight.cancelled";
inline constexpr std::string_view flight_reinstated = "flight.reinstated";

struct Event {
  // The same fact always has the same id, so that consumers can drop repeats.
  Uuid id{};
  // One of the constants above.
  std::string_view type;
  // The id of the booking or flight.
  Uuid subject{};
  // A JSON object.
  std::string data;
};

// One row of the outbox: the events of one commit.
struct OutboxRow {
  // It grows with every row, but is not the order of commits.
  std::int64_t sequence = 0;
  // A JSON array of events, made by `outbox_row`.
  std::string data;
};

// The id of a fact that can become true once for each subject and `revision`. The revision is a flight's
// version, or 0 for a booking.
Uuid event_id(const Uuid& subject, std::string_view type, std::int64_t revision);

// The `data` of one outbox row: a JSON array with the events of one commit, in order.
std::string outbox_row(std::span<const Event> batch);

}  // namespace flightdeck::events
