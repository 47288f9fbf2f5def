// What the scripts of src/redis/scripts do to the keys of flights, as a model that can be copied: for
// roll-backs.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "booking/seat_gate.h"
#include "events/event.h"
#include "flights/flight_index.h"
#include "simulation/event_queue.h"

namespace flightdeck::simulation {

// flight:{id}, flight_seats:{id} and flight_holds:{id}.
struct FlightKeys {
  struct HeldSeats {
    std::int64_t seats = 0;
    Instant since{};
  };
  std::optional<std::int64_t> counter;
  std::map<BookingId, HeldSeats> holds;
  // `seats_version` and `seats_available`.
  std::optional<booking::SeatUpdate::Count> count;
  // What search shows; `version` is of the latest seats.
  std::optional<flights::Flight> row;
  // The version of everything but the seats.
  std::int64_t details_version = 0;

  std::int64_t held() const {
    std::int64_t seats = 0;
    for (const auto& [booking, hold] : holds) seats += hold.seats;
    return seats;
  }
};

struct RedisKeys {
  std::map<FlightId, FlightKeys> flights;
  bool complete = false;
  // When each rebuild was renewed last.
  std::map<std::uint64_t, Micros> rebuilds;
};

// What Redis refuses although it answers.
enum class Refuses {
  nothing,
  // All writes, like a Redis that has no memory left or is a replica.
  writes,
  // Updates of flights, but not holds, like a Redis where the right to HSET is missing.
  updates,
};

class RedisServer {
 public:
  // Its clock is that of `queue`, which outlives it.
  explicit RedisServer(const EventQueue& queue) : queue_(queue) {}

  bool up() const { return up_; }
  // Connections break when it goes and when it comes back as another; each process notices.
  std::uint64_t generation() const { return generation_; }
  void go_away(bool away) {
    up_ = !away;
    ++generation_;
  }
  Refuses refuses() const { return refuses_; }
  void refuse(Refuses what) { refuses_ = what; }
  void empty() { keys_ = RedisKeys(); }
  // Fails over to a replica that lags, where everything is as it was when it was copied.
  void roll_back(RedisKeys to) {
    keys_ = std::move(to);
    ++generation_;
  }
  const RedisKeys& keys() const { return keys_; }
  const FlightKeys* flight(FlightId id) const {
    const auto found = keys_.flights.find(id);
    return found == keys_.flights.end() ? nullptr : &found->second;
  }
  // Entries of the stream, each the data of an outbox row. Not rolled back: its consumers have read them.
  const std::set<std::string>& stream() const { return stream_; }

  // Answers `away` when it is refused.
  booking::ReserveAnswer reserve(FlightId flight, BookingId booking, std::int64_t seats, Instant now);
  // Returns false when it is refused, wholly or in part.
  bool sync_seats(const booking::SeatUpdate& updates);
  std::optional<std::int64_t> sellable(FlightId flight) const;
  std::vector<booking::Hold> stale_holds(Instant before, std::size_t limit) const;

  void update_flight(const flights::Flight& row, Instant now);
  flights::SearchPage search(const flights::SearchQuery& query, Instant now) const;
  std::vector<FlightId> drop_departed(Instant now);
  // The stored versions of these flights, and how to forget them.
  std::vector<flights::StoredVersion> gate_versions(const std::vector<FlightId>& flights) const;
  void forget_gate_versions(const std::vector<flights::StoredVersion>& seen);
  std::vector<flights::StoredVersion> index_versions(const std::vector<FlightId>& flights) const;
  void forget_index_versions(const std::vector<flights::StoredVersion>& seen);

  // nullopt: another process is rebuilding.
  std::optional<std::uint64_t> begin_rebuild(std::uint64_t earlier, bool away_since);
  void mark_incomplete();
  bool renew_rebuild(std::uint64_t mark);
  bool complete_rebuild(std::uint64_t mark);

  void publish(const std::vector<events::OutboxRow>& rows);

 private:
  void forget_if_empty(FlightId flight);

  const EventQueue& queue_;
  RedisKeys keys_;
  std::set<std::string> stream_;
  bool up_ = true;
  Refuses refuses_ = Refuses::nothing;
  std::uint64_t generation_ = 1;
  std::uint64_t last_rebuild_ = 0;
};

}  // namespace flightdeck::simulation
