// The search index in Redis, shared by every process: a hash a flight, and its place in sorted sets.
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
  // `changes` hears of every change by this object before the call that makes it ends; it outlives this.
  // Null: nobody wants to know. `patience`: with a telling of others (begin_rebuild).
  RedisFlightIndex(RedisConnection& connection, std::string prefix, flights::ChangeClock* changes = nullptr,
                   std::chrono::seconds patience = limits::rebuild_patience)
      : connection_(connection), keys_(std::move(prefix)), changes_(changes), patience_(patience) {}

  // Away, too, when it would have to read too many flights that cannot be shown, and when Redis answers one
  // of them with an error or with fields that cannot be read.
  Task<std::optional<flights::SearchPage>> search(flights::SearchQuery query, Instant now) override;
  // Seats that the gate counts are the gate's: the row's own count is shown only while the gate knows none.
  Task<bool> update(std::vector<flights::Flight> flights, Instant now) override;
  // Nothing to write: RedisSeatGate's script has done it, if the gate was told.
  Task<bool> update_seats(std::vector<flights::Flight> flights, Instant now) override;
  Task<bool> restore(std::vector<flights::Flight> flights, Instant now) override;
  Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) override;
  Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) override;
  Task<std::vector<FlightId>> drop_departed(Instant now) override;

  Task<std::optional<flights::IndexStates>> inspect(std::vector<flights::Flight> rows, Instant now) override;

  // The mark in Redis speaks for what is in Redis, and goes with it. What Redis lost of the last seconds when
  // it was restarted is known by the connection: so this object must have marked it on the connection of now.
  Task<flights::RebuildStart> begin_rebuild() override;
  // False, too, when Redis was emptied or the connection broke since the last `begin_rebuild`: what was told
  // since then may be lost.
  Task<bool> renew_rebuild() override;
  // As `renew_rebuild`.
  Task<bool> complete_rebuild() override;
  Task<bool> mark_incomplete() override;

 private:
  // A flight that stands, or may stand, at another place than it should.
  struct Move {
    FlightId flight;
    // Its own.
    std::string place;
    // All that it may have, as the script says them.
    std::string places;
    // Of this move.
    std::string number;
  };
  // Sorted set -> member -> score; nullopt: out of the set.
  using Changes = std::map<std::string, std::map<std::string, std::optional<std::string>>>;

  Task<bool> restore_settled(std::vector<flights::Flight> flights, Instant now);
  // `whole`: every sorted set is written, whatever is known of it.
  Task<bool> take_in(std::vector<flights::Flight> flights, Instant now, bool whole);
  struct Stored {
    std::vector<Move> moves;
    // Redis has taken in every one.
    bool all = false;
  };
  Task<Stored> store(std::vector<flights::Flight> flights, Instant now, bool whole);
  Task<bool> move(std::vector<Move> moves);
  Task<bool> change_sets(Changes changes);
  // Takes members that the program never writes out of a sorted set.
  Task<bool> remove(std::string set, std::vector<std::string> foreign);
  // Also of what may not have reached Redis.
  void mark_changed(FlightId flight);
  void mark_changed(const Changes& changes);
  void put(Changes& changes, FlightId flight, const std::string& place) const;
  void take_out(Changes& changes, FlightId flight, const std::string& places) const;
  Task<std::optional<std::vector<FlightId>>> drop(std::vector<flights::SearchPosition> departed, Instant now);

  RedisConnection& connection_;
  const Keys keys_;
  flights::ChangeClock* const changes_;
  const std::chrono::seconds patience_;
  // The generation at the last mark.
  std::optional<std::uint64_t> marked_;
  // The generation when it began to tell.
  std::optional<std::uint64_t> looked_at_;
  // The mark that Redis gave it then; empty: none is under way.
  std::string rebuild_;
};

}  // namespace flightdeck::redis
