// Schema migrations, whatever the database: numbered SQL files, built into the program.
#pragma once

#include <string_view>

namespace flightdeck {

struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

struct MigrationOutcome {
  int applied = 0;
  // The version of the schema afterwards.
  int version = 0;
};

}  // namespace flightdeck
