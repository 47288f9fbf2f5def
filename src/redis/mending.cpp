#include "redis/mending.h"

#include "redis/scripts.h"

namespace flightdeck::redis {

Command mend_call(const Keys& keys, FlightId flight) {
  return script_call(mend_flight_script, {keys.flight(flight), keys.seats(flight), keys.holds(flight)});
}

Task<std::optional<Replies>> call_mending(RedisConnection& connection, Keys keys,
                                          std::vector<FlightId> flights, std::vector<Command> commands) {
  std::optional<Replies> replies = co_await connection.call_kept(commands);
  if (!replies) co_return replies;
  std::vector<std::size_t> damaged;
  std::vector<Command> again;
  for (std::size_t i = 0; i < replies->size(); ++i) {
    if (!is_damage((*replies)[i])) continue;
    damaged.push_back(i);
    again.push_back(mend_call(keys, flights[i]));
    again.push_back(std::move(commands[i]));
  }
  if (damaged.empty()) co_return replies;
  std::optional<Replies> mended = co_await connection.call(std::move(again));
  if (!mended) co_return std::nullopt;
  for (std::size_t i = 0; i < damaged.size(); ++i) {
    (*replies)[damaged[i]] = std::move((*mended)[2 * i + 1]);
  }
  co_return replies;
}

}  // namespace flightdeck::redis
