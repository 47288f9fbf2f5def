// Schema migrations: the numbered files of migrations/postgresql/, built into the program.
#pragma once

#include <span>
#include <string>

#include "core/migration.h"
#include "core/time.h"

namespace flightdeck::postgres {

// In order of number, without gaps, from 1.
std::span<const Migration> migrations();

// Applies what is missing, each in a transaction of its own. Safe when several processes start at once; one
// that finds nothing missing only reads. Throws std::runtime_error in one line, without the password; also
// when the schema is newer than this program, when the database is not in UTF-8, and when a pooler in between
// pools transactions. A ConnectionLost that is no ConnectionRefused: trying again may help.
MigrationOutcome migrate(const std::string& url, Instant now);

}  // namespace flightdeck::postgres
