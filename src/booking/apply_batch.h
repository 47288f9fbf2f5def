// One batch through a blocking ledger backend: load, decide, write.
#pragma once

#include <span>

#include "booking/ledger.h"

namespace flightdeck::booking {

// Durable when it returns. Commands are decided anew on a LedgerConflict, alone if the batch keeps conflicting.
// Throws UnavailableError; then the caller cannot know whether the batch was kept (every command is idempotent).
// Events of `now`; at most limits::ledger_batch_commands or limits::import_batch commands.
BatchDecision apply_batch(LedgerStore& store, std::span<const Command> commands, Instant now);

}  // namespace flightdeck::booking
