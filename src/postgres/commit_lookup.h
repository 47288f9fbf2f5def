// Asks the server what became of a commit whose answer got lost.
#pragma once

#include <chrono>
#include <string>

#include "ledger/ledger.h"
#include "postgres/commit_verdict.h"
#include "postgres/connection.h"
#include "postgres/store_statements.h"

namespace flightdeck::postgres {

class CommitLookup {
 public:
  // Of the transaction with that number, which ran in that backend. All references must outlive it.
  CommitLookup(const StoreStatements& sql, const std::string& transaction_id, int backend_pid,
               const ledger::LedgerChanges& changes);

  // On a connection of its own. A transaction that stays open for longer than its grace is ended. When the
  // verdict is `done`, its server has the commit on disk. Throws ConnectionLost, DatabaseError.
  CommitVerdict ask(Connection& connection, Deadline deadline);
  // Commits wait for a standby, as the server said when it was asked last: one that is `done` may still be
  // lost.
  bool synchronous() const { return synchronous_; }

 private:
  void end_backend(Connection& connection, Deadline deadline);

  const StoreStatements& sql_;
  const std::string& transaction_id_;
  int backend_pid_;
  bool synchronous_ = false;
  std::int64_t rows_;
  Parameters rows_kept_;
  Deadline grace_;
};

}  // namespace flightdeck::postgres
