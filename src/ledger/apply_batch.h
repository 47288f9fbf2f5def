// One batch through a blocking ledger backend: load, decide, write.
#pragma once

#include <span>

#include "ledger/ledger.h"

namespace flightdeck::ledger {

// Whether the command writes one of the rows. A payment's success needs its flight only when it comes late,
// which is not known in advance.
bool needs(const Command& command, const LockedRows& rows);

// The answer to a command that needs a row which another session has locked. Nothing was done.
Error locked_out_error();

struct AppliedBatch : BatchDecision {
  // The indexes of the commands that were left out because another session has locked a row that they need.
  // Their outcome is `unavailable`. Sorted.
  std::vector<std::size_t> locked_out;
  // Those locked rows, as far as they are known.
  LockedRows locked;
};

// The batch is durable when this returns. On a LedgerConflict the commands are decided again, one by one if
// the batch keeps conflicting. A row that another session has locked is waited for once
// (limits::ledger_lock_patience). Then the batch goes on without the commands that need it. Rows in
// `known_locked` are not waited for. Throws UnavailableError; the batch may have been kept then, and every
// command is idempotent. `now` is the time of the events. A batch has at most limits::ledger_batch_commands
// or limits::import_batch commands.
AppliedBatch apply_batch(LedgerStore& store, std::span<const Command> commands, Instant now,
                         LockedRows known_locked = {});

}  // namespace flightdeck::ledger
