// One batch through a blocking ledger backend: load, decide, write.
#pragma once

#include <span>

#include "ledger/ledger.h"

namespace flightdeck::ledger {

// A command that writes one of the rows. A payment's success needs its flight only when it comes late, which
// nobody knows before.
bool needs(const Command& command, const LockedRows& rows);

// What is answered to a command that needs a row which somebody else has locked: nothing was done.
Error locked_out_error();

struct AppliedBatch : BatchDecision {
  // Nothing was done about these commands, by their place in the batch: somebody else has locked what they
  // need. Their outcome is `unavailable`. Sorted.
  std::vector<std::size_t> locked_out;
  // The rows that are, as far as they are known.
  LockedRows locked;
};

// Durable when it returns. Commands are decided anew on a LedgerConflict, alone if the batch keeps
// conflicting. A row that somebody else has locked is waited for once (limits::ledger_lock_patience), then
// the others go on without its commands; one of `known_locked` is not waited for. Throws UnavailableError;
// then the caller cannot know whether the batch was kept (every command is idempotent). Events of `now`; at
// most limits::ledger_batch_commands or limits::import_batch commands.
AppliedBatch apply_batch(LedgerStore& store, std::span<const Command> commands, Instant now,
                         LockedRows known_locked = {});

}  // namespace flightdeck::ledger
