// The Lua scripts (src/redis/scripts/), built into the program. Each touches one key, or the keys of one
// flight, which share a slot of a cluster. Each may be repeated.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "redis/command.h"

namespace flightdeck::redis {

struct Script {
  std::string_view text;
  // The name by which Redis knows the script.
  std::string_view sha1;
  std::string_view name;
};

extern const Script reserve_script;
extern const Script sync_seats_script;
extern const Script forget_seats_script;
extern const Script update_flight_script;
extern const Script settle_position_script;
extern const Script drop_flight_script;
extern const Script begin_rebuild_script;
extern const Script renew_rebuild_script;
extern const Script complete_rebuild_script;
extern const Script mend_flight_script;
extern const Script forget_versions_script;
extern const Script try_commands_script;
extern const Script inspect_seats_script;

std::vector<Script> all_scripts();

// The call of a script up to its keys. The caller adds arguments.
inline Command script_call(const Script& script, std::initializer_list<std::string_view> keys) {
  Command command("EVALSHA");
  command.add(script.sha1).add(static_cast<std::int64_t>(keys.size()));
  for (const std::string_view key : keys) command.add(key);
  return command;
}

}  // namespace flightdeck::redis
