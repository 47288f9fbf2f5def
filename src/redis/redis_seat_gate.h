// The seat gate in Redis, shared by every process.
#pragma once

#include "booking/seat_gate.h"
#include "redis/keys.h"

namespace flightdeck::redis {

class RedisConnection;

// Used from the connection's thread. An error of Redis counts as away.
class RedisSeatGate final : public booking::SeatGate {
 public:
  RedisSeatGate(RedisConnection& connection, std::string prefix)
      : connection_(connection), keys_(std::move(prefix)) {}

  Task<booking::ReserveAnswer> reserve(FlightId flight, BookingId booking, std::int64_t seats,
                                       Instant now) override;
  Task<bool> sync(std::vector<booking::SeatUpdate> updates) override;
  Task<bool> mend(std::vector<FlightId> flights) override;
  Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) override;
  Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) override;
  Task<std::optional<std::int64_t>> sellable(FlightId flight) override;
  Task<std::optional<std::vector<booking::GateState>>> inspect(std::vector<FlightId> flights) override;
  // A call inspects a bounded number of keys, and the next one continues from there. It may return fewer than
  // `limit`, or none, while there are more. Do not await two calls at a time.
  Task<std::vector<booking::Hold>> stale_holds(Instant before, std::size_t limit) override;

 private:
  RedisConnection& connection_;
  const Keys keys_;
  std::string scan_cursor_ = "0";
};

}  // namespace flightdeck::redis
