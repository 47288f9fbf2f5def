// One committed state of the whole ledger, for checks that everything in it fits together.
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
  // Its date is not set, since its flight may be missing.
  Booking booking;
  bool has_intent = false;
};

struct IntentRow {
  BookingId id;
  Instant due{};
  // Its date is not set. nullopt: there is no such booking.
  std::optional<Booking> booking;
};

struct OutboxRest {
  // The number of unpublished rows.
  std::int64_t rows = 0;
  // The time of the oldest of them. Meaningless when there is none.
  Instant oldest{};
};

// Blocking reads of one state, page by page, however long that takes. They do not see later commits, and
// commits do not wait for them. A snapshot has a connection of its own. One thread at a time. Any call may
// throw UnavailableError; after that no other call may be made.
class LedgerSnapshot {
 public:
  virtual ~LedgerSnapshot() = default;

  // The next rows after that id, in the order of their ids. There are no more when fewer than `limit` come.
  virtual std::vector<flights::Flight> flights(FlightId after, std::size_t limit) = 0;
  virtual std::vector<BookingRow> bookings(BookingId after, std::size_t limit) = 0;
  virtual std::vector<IntentRow> intents(BookingId after, std::size_t limit) = 0;
  // Rows of the outbox that were written before `before`.
  virtual OutboxRest outbox(Instant before) = 0;
};

// Port: reads snapshots. Reading may take long, so it happens on a thread that nobody else waits for.
class SnapshotReads {
 public:
  virtual ~SnapshotReads() = default;

  // Takes a snapshot and runs `query` on it where blocking is allowed, then resumes on `home`. Throws what
  // `query` throws, and UnavailableError. One call at a time.
  virtual Task<void> run(Executor& home, std::function<void(LedgerSnapshot&)> query) = 0;
};

}  // namespace flightdeck::ledger
