// The flight index in Redis, shared by every process: a hash for each flight, and its positions in sorted
// sets.
#pragma once

#include <map>
#include <optional>

#include "core/limits.h"
#include "flights/change_clock.h"
#include "flights/flight_index.h"
#include "redis/index_positions.h"
#include "redis/keys.h"

namespace flightdeck::redis {

class RedisConnection;

// Used from the connection's thread. An error of Redis counts as away.
class RedisFlightIndex final : public flights::FlightIndex {
 public:
  // Marks every change by this object in `changes` before the call that makes it returns. `changes` outlives
  // this object, and may be null. `patience` is how long begin_rebuild leaves a rebuild to another process.
  RedisFlightIndex(RedisConnection& connection, std::string prefix, flights::ChangeClock* changes = nullptr,
                   std::chrono::seconds patience = limits::rebuild_patience)
      : connection_(connection), keys_(std::move(prefix)), changes_(changes), patience_(patience) {}

  // It is also away when it would have to read too many flights that cannot be shown, and when the reply for
  // a flight is an error or has fields that cannot be read.
  Task<std::optional<flights::SearchPage>> search(flights::SearchQuery query, Instant now) override;
  // The index shows the gate's count of seats. It shows the row's own count only while the gate has none.
  Task<bool> update(std::vector<flights::Flight> flights, Instant now) override;
  // Writes nothing, since RedisSeatGate's script has updated the seats together with the gate.
  Task<bool> update_seats(std::vector<flights::Flight> flights, Instant now) override;
  Task<bool> restore(std::vector<flights::Flight> flights, Instant now) override;
  Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) override;
  Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) override;
  Task<std::vector<FlightId>> drop_departed(Instant now) override;

  Task<std::optional<flights::IndexStates>> inspect(std::vector<flights::Flight> rows, Instant now) override;

  // The mark in Redis is lost together with the data that it vouches for. A restart that lost only the last
  // seconds shows in the connection's generation. The index is therefore complete only if this object
  // completed it in the current generation.
  Task<flights::RebuildStart> begin_rebuild() override;
  // It also returns false when Redis was emptied or the connection broke since the last `begin_rebuild`,
  // since updates sent since then may be lost.
  Task<bool> renew_rebuild() override;
  // The same as in `renew_rebuild`.
  Task<bool> complete_rebuild() override;
  Task<bool> mark_incomplete() override;

 private:
  // A flight that is, or may be, at another position than it should be.
  struct Move {
    FlightId flight;
    // Its own position.
    std::string place;
    // All positions that it may have, in the text of the script.
    std::string places;
    // The number of this move.
    std::string number;
  };
  // The score by sorted set and member. nullopt: the member is removed from the set.
  using Changes = std::map<std::string, std::map<std::string, std::optional<std::string>>>;

  Task<bool> restore_settled(std::vector<flights::Flight> flights, Instant now);
  // With `whole` every sorted set is written, whatever is known of it.
  Task<bool> take_in(std::vector<flights::Flight> flights, Instant now, bool whole);
  struct Stored {
    std::vector<Move> moves;
    // Redis has stored every row.
    bool all = false;
  };
  Task<Stored> store(std::vector<flights::Flight> flights, Instant now, bool whole);
  Task<bool> move(std::vector<Move> moves);
  Task<bool> change_sets(Changes changes);
  // Removes members that the program never writes from a sorted set.
  Task<bool> remove(std::string set, std::vector<std::string> foreign);
  // Marks changes, including those that may not have reached Redis.
  void mark_changed(FlightId flight);
  void mark_changed(const Changes& changes);
  void put(Changes& changes, FlightId flight, const std::string& place) const;
  void take_out(Changes& changes, FlightId flight, const std::string& places) const;
  Task<std::optional<std::vector<FlightId>>> drop(std::vector<flights::SearchPosition> departed, Instant now);

  RedisConnection& connection_;
  const Keys keys_;
  flights::ChangeClock* const changes_;
  const std::chrono::seconds patience_;
  // The generation in which this object last completed the index.
  std::optional<std::uint64_t> marked_;
  // The generation in which the rebuild began.
  std::optional<std::uint64_t> looked_at_;
  // The mark of the rebuild in Redis. Empty: no rebuild is under way.
  std::string rebuild_;
};

}  // namespace flightdeck::redis
