#include "redis/stored_versions.h"

#include <algorithm>

#include "redis/refusals.h"
#include "redis/scripts.h"

namespace flightdeck::redis {

using flights::StoredVersion;

Task<std::optional<std::vector<StoredVersion>>> stored_versions(RedisConnection& connection, Keys keys,
                                                                VersionFields fields,
                                                                std::vector<FlightId> flights) {
  std::vector<Command> looks;
  looks.reserve(flights.size());
  for (const FlightId flight : flights) {
    looks.push_back(Command("HMGET").add(keys.flight(flight)));
    for (const std::string_view field : fields) looks.back().add(field);
  }
  const std::optional<Replies> replies = co_await connection.call(std::move(looks));
  if (!replies || any_unanswered(*replies)) co_return std::nullopt;
  std::vector<StoredVersion> found;
  for (std::size_t i = 0; i < flights.size(); ++i) {
    const std::vector<std::string>& values = (*replies)[i].texts;
    // Damaged: it is mended when it is told of.
    if (values.size() != fields.size()) continue;
    StoredVersion stored{flights[i], 0, {}};
    for (std::size_t field = 0; field < fields.size(); ++field) {
      stored.state += values[field] + "\n";
      if (fields[field].ends_with("version"))
        stored.version = std::max(stored.version, parse_integer(values[field]).value_or(0));
    }
    if (stored.version > 0) found.push_back(std::move(stored));
  }
  co_return found;
}

Task<bool> forget_versions(RedisConnection& connection, Keys keys, VersionFields fields,
                           std::vector<StoredVersion> seen) {
  std::vector<Command> commands;
  for (const StoredVersion& one : seen) {
    commands.push_back(script_call(forget_versions_script, {keys.flight(one.flight)}).add(one.state));
    for (const std::string_view field : fields) commands.back().add(field);
  }
  const std::optional<Replies> replies = co_await connection.call(std::move(commands));
  co_return replies && !any_error(*replies);
}

}  // namespace flightdeck::redis
