// Ports of the ledger: the blocking backend that stores it, and the asynchronous interface that services use.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/page.h"
#include "core/task.h"
#include "flights/search.h"
#include "ledger/decide.h"

namespace flightdeck::ledger {

// Two processes wrote something that the database allows only once: a natural key, or the settlement of one
// booking. Or the database ended this transaction to break a deadlock. The batch was rolled back. Deciding it
// again on the current rows gives the answer.
class LedgerConflict : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Another session has kept rows of the batch locked for longer than limits::ledger_lock_patience. Nothing of
// the batch is kept.
class RowsLockedError : public RejectedError {
 public:
  using RejectedError::RejectedError;
};

// Sorted and without repeats.
struct LockedRows {
  std::vector<FlightId> flights;
  std::vector<BookingId> bookings;

  bool empty() const { return flights.empty() && bookings.empty(); }
};

// The database may still lose what was read, because a synchronous standby is configured and has not
// confirmed it. Ask again later.
class NotDurableError : public UnavailableError {
 public:
  using UnavailableError::UnavailableError;
};

// Blocking backend for writes. One thread at a time. Any call may throw UnavailableError; then nothing of the
// transaction is kept.
class LedgerStore {
 public:
  virtual ~LedgerStore() = default;

  // Starts a transaction, locks the rows of `keys` and loads them. Cached bookings are among the rows, with
  // the date that their flight has now. Throws RowsLockedError when rows cannot be locked in time; so does
  // `commit`.
  virtual LedgerRows begin(const LedgerKeys& keys) = 0;
  // Writes the changes and makes them durable: they survive the death of the process and of the operating
  // system. Throws LedgerConflict when a booking to be updated has changed since it was read or cached, since
  // not every command locks its flight. Returns the version of the written rows, if the backend can compare
  // it later. A backend that cannot is never given a cached booking. A backend that loses its connection in
  // the middle of a commit finds out what became of it before it returns or throws. Only when it cannot in
  // time, it throws UnavailableError and the outcome is open.
  virtual std::optional<RowVersion> commit(const LedgerChanges& changes) = 0;
  virtual void rollback() noexcept = 0;
  // Ends a transaction that writes nothing. When it returns, what `begin` has read is as durable as a commit.
  // Throws NotDurableError when that is not known in time. A backend that shows only durable rows does
  // nothing here.
  virtual void confirm() { rollback(); }

  // The flights and bookings of `keys` that another session has locked now. Does not wait. A backend without
  // row locks has none. Runs in a transaction of its own.
  virtual LockedRows locked_of(const LedgerKeys& keys) {
    static_cast<void>(keys);
    return {};
  }

  // Claims the bookings whose intent is due at `now`, oldest first. Their intents are due again at
  // `lease_until`. No other worker takes them before that, and they come back if this one dies. Runs in a
  // transaction of its own.
  virtual std::vector<BookingId> claim_unfinished(Instant now, Instant lease_until, std::size_t limit) = 0;

  // Claims rows of the outbox that are unpublished and due at `now`, in the order of their sequence. They are
  // due again at `lease_until`. No other relay takes them before that, and they come back if this one dies.
  // Runs in a transaction of its own.
  virtual std::vector<events::OutboxRow> claim_events(Instant now, Instant lease_until,
                                                      std::size_t limit) = 0;
  // Removes published rows from the outbox. Rows that are already gone are ignored.
  virtual void remove_events(std::span<const std::int64_t> sequences) = 0;

  // Trims an outbox that nobody reads. Of its `limit` oldest rows it removes those that were written before
  // `before` or are not among the newest `keep`. Returns how many it removed. Runs in a transaction of its
  // own.
  virtual std::size_t trim_events(Instant before, std::int64_t keep, std::size_t limit) = 0;

  // Throws when nothing can be written now. It is cheap while commits succeed, and makes an actual write
  // after one has failed.
  virtual void check_writable() = 0;
};

struct FlightListQuery {
  // In place_key form.
  std::optional<std::string> source;
  // In place_key form.
  std::optional<std::string> destination;
  std::optional<Date> date;
  std::size_t limit = 20;
  // The page begins after this position in departure order.
  std::optional<flights::SearchPosition> after;
};

struct BookingPosition {
  Instant created_at{};
  BookingId id;
};

struct BookingListQuery {
  UserId user;
  std::optional<BookingStatus> status;
  std::size_t limit = 20;
  // The page begins after this position. The newest booking comes first.
  std::optional<BookingPosition> after;
};

// A page by status may have fewer bookings than `limit`, even none, although there are more: it filters
// limits::bookings_looked_at bookings of the user at a time.
struct BookingPage {
  std::vector<Booking> bookings;
  // Where the next page continues. nullopt: there is none.
  std::optional<BookingPosition> next;
};

inline BookingPosition position_of(const Booking& booking) { return {booking.created_at, booking.id}; }

// Makes a page of `rows`, which has one row more than the page if there are more.
inline BookingPage booking_page(std::vector<Booking> rows, std::size_t limit) {
  BookingPage page;
  if (cut_to(rows, limit)) page.next = position_of(rows.back());
  page.bookings = std::move(rows);
  return page;
}

// A page of the search for cancelled flights with live bookings. It goes page by page, because cancelled
// flights only ever become more, unless they are reinstated.
struct ClosedFlights {
  // The cancelled flights of this page that have PENDING or CONFIRMED bookings.
  std::vector<FlightId> with_bookings;
  // Where the next page continues. nullopt: there is none.
  std::optional<FlightId> next;
};

struct SeatCounts {
  // Seats in PENDING bookings.
  std::int64_t pending = 0;
  // Seats in CONFIRMED bookings.
  std::int64_t confirmed = 0;
};

// Blocking reads of committed rows. Each call sees one consistent snapshot. One thread at a time. Any call
// may throw UnavailableError. What a call returns is as durable as a commit; otherwise it throws
// NotDurableError. Sweeps copy these rows to gate and index, where they stay. Only `search` may return rows
// that are not durable yet.
class LedgerReader {
 public:
  virtual ~LedgerReader() = default;

  // The rows that exist, in no particular order.
  virtual std::vector<Booking> bookings(std::span<const BookingId> ids) = 0;
  virtual std::vector<flights::Flight> flights(std::span<const FlightId> ids) = 0;

  virtual BookingPage list_bookings(const BookingListQuery& query) = 0;
  // Lists flights in departure order, including cancelled and departed ones.
  virtual flights::SearchPage list_flights(const FlightListQuery& query) = 0;
  // Gives the answer of the flight index from the ledger itself.
  virtual flights::SearchPage search(const flights::SearchQuery& query, Instant now) = 0;

  virtual SeatCounts seat_counts(FlightId flight) = 0;
  virtual std::vector<BookingId> live_bookings(FlightId flight, std::size_t limit) = 0;
  // Inspects the next `looked_at` cancelled flights after that id, in the order of ids.
  virtual ClosedFlights closed_flights(FlightId after, std::size_t looked_at) = 0;
  // Rows that changed at or after `since`. A row that changed later by limits::change_period or more comes
  // later. A backend whose index has that grain may also return rows that changed earlier by as much. The
  // next page begins at the `updated_at` and the id of the last row.
  virtual std::vector<flights::Flight> flights_changed(Instant since, FlightId after, std::size_t limit) = 0;
  virtual std::int64_t pending_bookings() = 0;
  virtual bool any_flight() = 0;
  // Those of these keys that belong to cancelled flights. `keys` is sorted and without repeats.
  virtual std::vector<NaturalKey> cancelled_of(std::span<const NaturalKey> keys) = 0;
};

// Each kind of read has a connection, a thread and a queue of its own, so that a slow read delays only its
// own kind. Reads by id (Ledger::find_booking, find_flight) are one more kind.
enum class ReadKind {
  // Reads of a list or of counts that a client waits for.
  list,
  // Reads that no client waits for: sweeps, closing of flights, gauges.
  background,
  // Checks whether the database answers at all.
  health,
};

// Reads of the ledger where blocking is allowed, for one thread; answers resume on it.
class LedgerQueries {
 public:
  virtual ~LedgerQueries() = default;

  // Runs `query` on the thread of its kind. Throws what `query` throws, and UnavailableError. It is an
  // OverloadedError when too many reads of this kind wait, or when this one has waited for longer than
  // limits::ledger_read_wait.
  virtual Task<void> run(ReadKind kind, std::function<void(LedgerReader&)> query) = 0;
};

// The ledger as services see it. One instance per thread; answers resume on that thread.
class Ledger : public LedgerQueries {
 public:
  // When this answers, the command is durable, and seat gate and flight index have their updates or keep them
  // as pending. Errors: those of the command, and
  //   overloaded   the queue is full. Nothing was done, and nothing will be.
  //   unavailable  the database does not answer. The command may or may not have been done. Repeat it: it is
  //                idempotent.
  virtual Task<Result<Applied>> apply(Command command) = 0;
  // See LedgerStore::claim_unfinished. Throws UnavailableError.
  virtual Task<std::vector<BookingId>> claim_unfinished(Instant now, Instant lease_until,
                                                        std::size_t limit) = 0;

  // See LedgerStore::claim_events and remove_events. Both throw UnavailableError.
  virtual Task<std::vector<events::OutboxRow>> claim_events(Instant now, Instant lease_until,
                                                            std::size_t limit) = 0;
  virtual Task<void> remove_events(std::vector<std::int64_t> sequences) = 0;

  // See LedgerStore::trim_events. Throws UnavailableError.
  virtual Task<std::size_t> trim_events(Instant before, std::int64_t keep, std::size_t limit) = 0;

  // See LedgerStore::check_writable. Throws UnavailableError.
  virtual Task<void> check_writable() = 0;

  // Reads by id are batched with those of other requests. Both throw UnavailableError.
  virtual Task<std::optional<Booking>> find_booking(BookingId id) = 0;
  virtual Task<std::optional<flights::Flight>> find_flight(FlightId id) = 0;
};

// One read of the ledger with a result: `co_await read<SeatCounts>(ledger, ReadKind::list, [id](LedgerReader&
// r) { … })`. The function is copied into the task before it starts, so its captures live as long as it needs
// them.
template <class T>
Task<T> read(LedgerQueries& ledger, ReadKind kind, std::function<T(LedgerReader&)> query) {
  auto answer = std::make_shared<std::optional<T>>();
  std::function<void(LedgerReader&)> job = [answer, query = std::move(query)](LedgerReader& reader) {
    answer->emplace(query(reader));
  };
  co_await ledger.run(kind, std::move(job));
  co_return std::move(**answer);
}

}  // namespace flightdeck::ledger
