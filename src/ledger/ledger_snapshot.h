// One committed state of the whole ledger, for whoever wants to see that everything in it fits together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/executor.h"
#include "core/task.h"
#include "flights/flight.h"
#include "ledger/booking.h"

namespace flightdeck::ledger {

struct BookingRow {
  // Without its date: its flight may be missing.
  Booking booking;
  bool has_intent = false;
};

struct IntentRow {
  BookingId id;
  Instant due{};
  // Without its date; nullopt: there is none.
  std::optional<Booking> booking;
};

struct OutboxRest {
  // Unpublished.
  std::int64_t rows = 0;
  // Of them; meaningless when there is none.
  Instant oldest{};
};

// Blocking reads, all of the same state, page by page however long that takes: what is committed meanwhile is
// not seen, and nobody who commits waits for it. On a connection of its own. One thread at a time. Any call
// may throw UnavailableError; after one that did, no other may be made.
class LedgerSnapshot {
 public:
  virtual ~LedgerSnapshot() = default;

  // The next rows after that id, in the order of their ids. Fewer than `limit`: there are no more.
  virtual std::vector<flights::Flight> flights(FlightId after, std::size_t limit) = 0;
  virtual std::vector<BookingRow> bookings(BookingId after, std::size_t limit) = 0;
  virtual std::vector<IntentRow> intents(BookingId after, std::size_t limit) = 0;
  // Rows of the outbox that were written before `before`.
  virtual OutboxRest outbox(Instant before) = 0;
};

// Port: where snapshots are read. Reading may take long, so it keeps off the threads that others wait for.
class SnapshotReads {
 public:
  virtual ~SnapshotReads() = default;

  // Takes a snapshot and runs `query` on it where blocking is allowed; resumes on `home`. Throws what that
  // throws, and UnavailableError. One call at a time.
  virtual Task<void> run(Executor& home, std::function<void(LedgerSnapshot&)> query) = 0;
};

}  // namespace flightdeck::ledger
