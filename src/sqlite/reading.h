// What all reading of the ledger in SQLite has in common.
#pragma once

#include "core/error.h"
#include "sqlite/database.h"

namespace flightdeck::sqlite {

// Runs `work`; an error of SQLite becomes an UnavailableError.
template <class Work>
auto translated(Work work) {
  try {
    return work();
  } catch (const SqliteError& error) {
    throw UnavailableError(error.what());
  }
}

// One snapshot for several statements, taken by the first of them.
class Snapshot {
 public:
  explicit Snapshot(Database& database) : database_(database) { database_.execute("BEGIN"); }
  ~Snapshot() { sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Database& database_;
};

}  // namespace flightdeck::sqlite
