#include "booking/apply_batch.h"

#include <iterator>
#include <stdexcept>

namespace flightdeck::booking {

namespace {

constexpr int attempts_max = 3;

class Transaction {
 public:
  explicit Transaction(LedgerStore& store) : store_(store) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (!committed_) store_.rollback();
  }
  std::optional<RowStamp> commit(const LedgerChanges& changes) {
    const std::optional<RowStamp> stamp = store_.commit(changes);
    committed_ = true;
    return stamp;
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
  if (decision.needs_all_keys) return decision;
  if (decision.changes.empty()) {
    // Its answers rest on what was read alone, as those to a repeated request.
    transaction.confirm();
    return decision;
  }
  const std::optional<RowStamp> stamp = transaction.commit(decision.changes);
  for (Result<Applied>& outcome : decision.outcomes) {
    if (outcome && outcome->as_written) outcome->stamp = stamp;
  }
  return decision;
}

BatchDecision attempt_with_all_keys(LedgerStore& store, std::span<const Command> commands, Instant now) {
  BatchDecision decision = attempt(store, commands, all_keys_of(commands), now);
  if (decision.needs_all_keys) throw std::logic_error("a booking's flight is not in the ledger");
  return decision;
}

BatchDecision attempt_lightly(LedgerStore& store, std::span<const Command> commands, Instant now) {
  BatchDecision decision = attempt(store, commands, keys_of(commands), now);
  return decision.needs_all_keys ? attempt_with_all_keys(store, commands, now) : decision;
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

BatchDecision apply_batch(LedgerStore& store, std::span<const Command> commands, Instant now) {
  for (int tries = 1; tries <= attempts_max; ++tries) {
    try {
      // What conflicted may be a key that was left out.
      return tries == 1 ? attempt_lightly(store, commands, now) : attempt_with_all_keys(store, commands, now);
    } catch (const LedgerConflict& conflict) {
      if (tries == attempts_max && commands.size() == 1) throw UnavailableError(conflict.what());
    }
  }
  BatchDecision all;
  for (const Command& command : commands) {
    BatchDecision one;
    try {
      one = apply_batch(store, std::span(&command, 1), now);
    } catch (const UnavailableError& error) {
      // Those before it are committed, and their clients must hear of it.
      one.outcomes.emplace_back(Error{ErrorCode::unavailable, error.what(), {}});
    }
    append(all.outcomes, std::move(one.outcomes));
    append(all.news, std::move(one.news));
    append(all.settled, std::move(one.settled));
    append(all.changes.inserted_flights, std::move(one.changes.inserted_flights));
    append(all.changes.updated_flights, std::move(one.changes.updated_flights));
    append(all.changes.updated_seats, std::move(one.changes.updated_seats));
    all.stats.placed += one.stats.placed;
    all.stats.confirmed += one.stats.confirmed;
    all.stats.failed += one.stats.failed;
  }
  return all;
}

}  // namespace flightdeck::booking
