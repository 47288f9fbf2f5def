// Seat gate, flight index and event sink of one simulated process: over the wire to the one Redis.
#pragma once

#include "booking/seat_gate.h"
#include "events/event_sink.h"
#include "flights/flight_index.h"
#include "flights/index_lag.h"
#include "simulation/network.h"
#include "simulation/redis_server.h"

namespace flightdeck::simulation {

// Does what RedisConnection does: while Redis refuses anything, and for a while longer, gate and index may
// lag.
class RefusalWatch {
 public:
  RefusalWatch(Network& network, RedisServer& redis, const LinkFaults& faults, const EventQueue& queue,
               flights::IndexLag& lag)
      : network_(network), redis_(redis), faults_(faults), queue_(queue), lag_(lag) {}

  // An answer was a refusal.
  void refused();
  // Tries a write, and whether every right is there.
  Task<void> inspect();

 private:
  Network& network_;
  RedisServer& redis_;
  const LinkFaults& faults_;
  const EventQueue& queue_;
  flights::IndexLag& lag_;
  bool lags_ = false;
  std::optional<Micros> taken_since_;
};

class ProcessGate final : public booking::SeatGate {
 public:
  ProcessGate(Network& network, RedisServer& redis, const LinkFaults& faults, RefusalWatch& refusals,
              std::function<void(FlightId)> on_change)
      : network_(network),
        redis_(redis),
        faults_(faults),
        refusals_(refusals),
        on_change_(std::move(on_change)) {}

  Task<booking::ReserveAnswer> reserve(FlightId flight, BookingId booking, std::int64_t seats,
                                       Instant now) override;
  Task<bool> sync(std::vector<booking::SeatUpdate> updates) override;
  // Only the program writes here, so there is nothing to mend.
  Task<bool> mend(std::vector<FlightId>) override { co_return true; }
  Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) override;
  Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) override;
  // No history is audited while it runs. The keys themselves are inspected at its end.
  Task<std::optional<std::vector<booking::GateState>>> inspect(std::vector<FlightId>) override {
    co_return std::nullopt;
  }
  Task<std::optional<std::int64_t>> sellable(FlightId flight) override;
  Task<std::vector<booking::Hold>> stale_holds(Instant before, std::size_t limit) override;

 private:
  Network& network_;
  RedisServer& redis_;
  const LinkFaults& faults_;
  RefusalWatch& refusals_;
  // A flight's keys have changed.
  const std::function<void(FlightId)> on_change_;
};

class ProcessIndex final : public flights::FlightIndex {
 public:
  ProcessIndex(Network& network, RedisServer& redis, const LinkFaults& faults, RefusalWatch& refusals)
      : network_(network), redis_(redis), faults_(faults), refusals_(refusals) {}

  Task<std::optional<flights::SearchPage>> search(flights::SearchQuery query, Instant now) override;
  Task<bool> update(std::vector<flights::Flight> flights, Instant now) override;
  // The gate has already written these.
  Task<bool> update_seats(std::vector<flights::Flight>, Instant) override { co_return true; }
  Task<bool> restore(std::vector<flights::Flight> flights, Instant now) override {
    return update(std::move(flights), now);
  }
  Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) override;
  Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) override;
  Task<std::vector<FlightId>> drop_departed(Instant now) override;
  Task<std::optional<flights::IndexStates>> inspect(std::vector<flights::Flight>, Instant) override {
    co_return std::nullopt;
  }
  Task<flights::RebuildStart> begin_rebuild() override;
  Task<bool> renew_rebuild() override;
  Task<bool> complete_rebuild() override;
  Task<bool> mark_incomplete() override;

 private:
  Network& network_;
  RedisServer& redis_;
  const LinkFaults& faults_;
  RefusalWatch& refusals_;
  // The same members as in RedisFlightIndex.
  std::optional<std::uint64_t> marked_;
  std::optional<std::uint64_t> looked_at_;
  std::uint64_t rebuild_ = 0;
};

class ProcessSink final : public events::EventSink {
 public:
  ProcessSink(Network& network, RedisServer& redis, const LinkFaults& faults)
      : network_(network), redis_(redis), faults_(faults) {}
  Task<bool> publish(std::span<const events::OutboxRow> rows) override;

 private:
  Network& network_;
  RedisServer& redis_;
  const LinkFaults& faults_;
};

}  // namespace flightdeck::simulation
