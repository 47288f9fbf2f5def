// Schema migrations: the numbered files of migrations/sqlite/, built into the program.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sqlite/database.h"

namespace flightdeck::sqlite {

struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

// In order of number, without gaps, from 1.
std::span<const Migration> migrations();

struct MigrationOutcome {
  int applied = 0;
  int version = 0;  // the schema's, afterwards
};

// Applies what is missing, each in a transaction of its own. Safe when several processes start at once. Throws
// SqliteError; std::runtime_error when the schema is newer than this program.
MigrationOutcome migrate(Database& database, Instant now);

}  // namespace flightdeck::sqlite
