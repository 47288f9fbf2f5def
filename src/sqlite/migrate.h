// Schema migrations: the numbered files of migrations/sqlite/, built into the program.
#pragma once

#include <span>

#include "core/migration.h"
#include "sqlite/database.h"

namespace flightdeck::sqlite {

// In order of number, without gaps, from 1.
std::span<const Migration> migrations();

// Applies what is missing, each in a transaction of its own. Safe when several processes start at once.
// Throws SqliteError; std::runtime_error when the schema is newer than this program.
MigrationOutcome migrate(Database& database, Instant now);

}  // namespace flightdeck::sqlite
