#include "ledger/apply_batch.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <stdexcept>

#include "core/sort_unique.h"

namespace flightdeck::ledger {

namespace {

constexpr int attempts_max = 3;
// In which rows turn out to be locked.
constexpr int lock_rounds_max = 3;
// Of commands applied one by one, by a lock that is on no row: then it is on all.
constexpr int lone_lock_outs_max = 2;

class Transaction {
 public:
  explicit Transaction(LedgerStore& store) : store_(store) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (!committed_) store_.rollback();
  }
  std::optional<RowVersion> commit(const LedgerChanges& changes) {
    const std::optional<RowVersion> row_version = store_.commit(changes);
    committed_ = true;
    return row_version;
  }
  void confirm() {
    store_.confirm();
    committed_ = true;
  }

 private:
  LedgerStore& store_;
  bool committed_ = false;
};

BatchDecision attempt(LedgerStore& store, std::span<const Command> commands, const LedgerKeys& keys,
                      Instant now) {
  Transaction transaction(store);
  LedgerRows rows = store.begin(keys);
  BatchDecision decision = decide(std::move(rows), commands, now);
  if (!decision.late_payments.empty()) return decision;
  if (decision.changes.empty()) {
    // Its answers rest on what was read alone, as those to a repeated request.
    transaction.confirm();
    return decision;
  }
  const std::optional<RowVersion> row_version = transaction.commit(decision.changes);
  for (const std::size_t i : decision.written_as_answered) decision.outcomes[i]->row_version = row_version;
  return decision;
}

template <class Id>
bool contains(const std::vector<Id>& sorted, Id id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// What one batch did, but for its outcomes, added to what another one did.
void add(AppliedBatch& to, AppliedBatch&& from) {
  append(to.updates, std::move(from.updates));
  append(to.settled, std::move(from.settled));
  append(to.changes.inserted_flights, std::move(from.changes.inserted_flights));
  append(to.changes.updated_flights, std::move(from.changes.updated_flights));
  append(to.changes.updated_seats, std::move(from.changes.updated_seats));
  to.stats.placed += from.stats.placed;
  to.stats.confirmed += from.stats.confirmed;
  to.stats.failed += from.stats.failed;
}

std::vector<std::size_t> all_places(std::span<const Command> commands) {
  std::vector<std::size_t> places(commands.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

class BatchApplication {
 public:
  BatchApplication(LedgerStore& store, Instant now, LockedRows locked)
      : store_(store), now_(now), locked_(std::move(locked)) {}

  AppliedBatch apply(std::span<const Command> commands);
  LockedRows take_locked() { return std::move(locked_); }

 private:
  // Adds the flights of payments that come late to the keys, and to `late`.
  BatchDecision attempt_all(std::span<const Command> commands, LedgerKeys& keys,
                            std::vector<BookingId>& late);
  AppliedBatch apply_each(std::span<const Command> commands);
  AppliedBatch apply_without(std::span<const Command> commands, const std::vector<std::size_t>& locked_out);
  // Finds out which of them need rows that are locked.
  std::vector<std::size_t> locked_out_of(std::span<const Command> commands,
                                         const std::vector<BookingId>& late) const;
  void look_for_locks(LedgerKeys keys);

  LedgerStore& store_;
  const Instant now_;
  LockedRows locked_;
  int lock_rounds_ = 0;
};

BatchDecision BatchApplication::attempt_all(std::span<const Command> commands, LedgerKeys& keys,
                                            std::vector<BookingId>& late) {
  BatchDecision decision = attempt(store_, commands, keys, now_);
  if (decision.late_payments.empty()) return decision;
  bool of_locked_flight = false;
  for (const LatePayment& payment : decision.late_payments) {
    late.push_back(payment.booking);
    keys.flights.push_back(payment.flight);
    of_locked_flight = of_locked_flight || contains(locked_.flights, payment.flight);
  }
  sort_unique(late);
  sort_unique(keys.flights);
  if (of_locked_flight) throw RowsLockedError("the flight of a late payment is locked");
  decision = attempt(store_, commands, keys, now_);
  for (const LatePayment& payment : decision.late_payments) {
    if (contains(keys.flights, payment.flight))
      throw std::logic_error("a booking's flight is not in the ledger");
  }
  if (!decision.late_payments.empty()) throw LedgerConflict("another payment has become late");
  return decision;
}

void BatchApplication::look_for_locks(LedgerKeys keys) {
  LockedRows found = store_.locked_of(keys);
  append(locked_.flights, std::move(found.flights));
  append(locked_.bookings, std::move(found.bookings));
  sort_unique(locked_.flights);
  sort_unique(locked_.bookings);
}

std::vector<std::size_t> BatchApplication::locked_out_of(std::span<const Command> commands,
                                                         const std::vector<BookingId>& late) const {
  std::vector<std::size_t> places;
  if (locked_.empty()) return places;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto* settle = std::get_if<SettlePayment>(&commands[i]);
    const bool is_late = settle && contains(late, settle->id);
    if (needs(commands[i], locked_) || (is_late && contains(locked_.flights, settle->flight)))
      places.push_back(i);
  }
  return places;
}

AppliedBatch BatchApplication::apply_without(std::span<const Command> commands,
                                             const std::vector<std::size_t>& locked_out) {
  std::vector<std::size_t> places = all_places(commands);
  std::erase_if(places, [&locked_out](std::size_t place) { return contains(locked_out, place); });
  AppliedBatch all;
  all.outcomes.assign(commands.size(), locked_out_error());
  all.locked_out = locked_out;
  if (places.empty()) return all;
  std::vector<Command> others;
  others.reserve(places.size());
  for (const std::size_t place : places) others.push_back(commands[place]);
  AppliedBatch done = apply(others);
  for (std::size_t i = 0; i < places.size(); ++i) all.outcomes[places[i]] = std::move(done.outcomes[i]);
  for (const std::size_t i : done.locked_out) all.locked_out.push_back(places[i]);
  sort_unique(all.locked_out);
  add(all, std::move(done));
  return all;
}

AppliedBatch BatchApplication::apply_each(std::span<const Command> commands) {
  AppliedBatch all;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    AppliedBatch one;
    if (all.locked_out.size() >= lone_lock_outs_max) {
      one.outcomes.emplace_back(locked_out_error());
      one.locked_out.push_back(0);
    } else {
      try {
        one = apply(commands.subspan(i, 1));
      } catch (const UnavailableError& error) {
        // Those before it are committed, and their clients must hear of it.
        one.outcomes.emplace_back(Error{ErrorCode::unavailable, error.what()});
      }
    }
    append(all.outcomes, std::move(one.outcomes));
    if (!one.locked_out.empty()) all.locked_out.push_back(i);
    add(all, std::move(one));
  }
  return all;
}

AppliedBatch BatchApplication::apply(std::span<const Command> commands) {
  if (const auto locked_out = locked_out_of(commands, {}); !locked_out.empty())
    return apply_without(commands, locked_out);
  for (int tries = 1; tries <= attempts_max; ++tries) {
    // What conflicted may be a key that was left out.
    LedgerKeys keys = tries == 1 ? keys_of(commands) : all_keys_of(commands);
    std::vector<BookingId> late;
    try {
      AppliedBatch done;
      static_cast<BatchDecision&>(done) = attempt_all(commands, keys, late);
      return done;
    } catch (const RowsLockedError&) {
      if (++lock_rounds_ > lock_rounds_max) return apply_without(commands, all_places(commands));
      look_for_locks(std::move(keys));
      const auto locked_out = locked_out_of(commands, late);
      if (!locked_out.empty()) return apply_without(commands, locked_out);
      if (commands.size() == 1) return apply_without(commands, all_places(commands));
      break;
    } catch (const LedgerConflict& conflict) {
      if (tries == attempts_max && commands.size() == 1) throw UnavailableError(conflict.what());
    }
  }
  return apply_each(commands);
}

}  // namespace

Error locked_out_error() {
  return Error{ErrorCode::unavailable, "Somebody else has locked this in the database; try again."};
}

bool needs(const Command& command, const LockedRows& rows) {
  const LedgerKeys keys = keys_of(std::span(&command, 1));
  for (const FlightId flight : keys.flights)
    if (contains(rows.flights, flight)) return true;
  for (const BookingId booking : keys.bookings)
    if (contains(rows.bookings, booking)) return true;
  return std::any_of(keys.cached.begin(), keys.cached.end(),
                     [&rows](const auto& cached) { return contains(rows.bookings, cached->booking.id); });
}

AppliedBatch apply_batch(LedgerStore& store, std::span<const Command> commands, Instant now,
                         LockedRows known_locked) {
  BatchApplication application(store, now, std::move(known_locked));
  AppliedBatch applied = application.apply(commands);
  applied.locked = application.take_locked();
  return applied;
}

}  // namespace flightdeck::ledger
