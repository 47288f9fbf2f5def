#include "sqlite/migrate.h"

namespace flightdeck::sqlite {

namespace {

int schema_version(Database& database) {
  Statement query(database, "SELECT coalesce(max(version), 0) FROM schema_migrations");
  query.step();
  return static_cast<int>(query.integer(0));
}

void refuse_broken_references(Database& database) {
  Statement broken(database, "PRAGMA foreign_key_check");
  if (broken.step()) throw std::runtime_error("a migration would leave rows without what they refer to");
}

}  // namespace

MigrationOutcome migrate(Database& database, Instant now) {
  // A table that is made anew is dropped while others refer to it. It cannot be said within a transaction.
  database.execute("PRAGMA foreign_keys = OFF");
  database.execute(
      "CREATE TABLE IF NOT EXISTS schema_migrations "
      "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT");
  MigrationOutcome outcome;
  for (const Migration& migration : migrations()) {
    ImmediateTransaction transaction(database);
    // Asked inside the transaction: another process may have been faster.
    if (schema_version(database) >= migration.number) continue;
    database.execute(std::string(migration.sql).c_str());
    refuse_broken_references(database);
    Statement record(database, "INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, ?)");
    record.bind(std::int64_t{migration.number}, migration.name, now).run();
    transaction.commit();
    ++outcome.applied;
  }
  database.execute("PRAGMA foreign_keys = ON");
  outcome.version = schema_version(database);
  if (outcome.version > migrations().back().number) {
    throw std::runtime_error("the database has schema version " + std::to_string(outcome.version) +
                             ", newer than this program knows (" +
                             std::to_string(migrations().back().number) + ")");
  }
  return outcome;
}

}  // namespace flightdeck::sqlite
