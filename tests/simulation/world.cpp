#include "simulation/world.h"

#include <algorithm>

#include "sync/commit_sync.h"

namespace flightdeck::simulation {

using flights::Flight;
using ledger::LedgerChanges;

namespace {

constexpr Micros snapshot_every{700'000};
constexpr std::size_t snapshots_kept = 6;
// By then a sweep has sent the updates that a fault kept from the gate. A hold that was left behind explains
// itself.
constexpr Micros heals_within{4'000'000};
// The time from a commit until its process begins to send its updates, when nothing is in the way.
constexpr Micros answers_within{20'000};
// By then each process has tried a write or asked for seats, and pending updates are sent this soon after a
// refusal.
constexpr Micros refusal_noticed_within{1'500'000};
constexpr Micros owed_is_told_within{300'000};
constexpr int calm_pace = 20;

// Not of a request with an Idempotency-Key, whose copies may hold seats at the same time.
bool is_unkeyed(BookingId id) { return (id.value.data()[6] >> 4U) == 7; }

}  // namespace

World::World(std::uint64_t seed, bool print)
    : queue_(seed, print),
      faults_(Faults::drawn(queue_.dice())),
      history_(queue_),
      database_(
          queue_, faults_.database, [this](const LedgerChanges& changes) { look(changes); },
          [this] { fault("database"); }),
      payments_(queue_, faults_.payment,
                [this](booking::PaymentVerdict verdict, std::function<void(bool)> taken) {
                  call_back(std::move(verdict), std::move(taken));
                }) {
  slots_.resize(static_cast<std::size_t>(dice().between(2, 3)));
  for (Slot& slot : slots_) {
    slot.clock_ahead = Milliseconds(dice().between(0, faults_.clock_ahead_max.count()));
    if (faults_.clock_ahead_max.count() > 0 && dice().chance(0.3)) slot.clock_ahead = faults_.clock_ahead_max;
  }
  // At least one works in the background.
  if (slots_.size() == 3 && dice().chance(0.5)) slots_.front().role = Role::api;
}

World::~World() { stop(); }

Surroundings World::surroundings() {
  return {queue_,
          database_,
          redis_,
          payments_,
          faults_,
          *this,
          [this](FlightId flight) { look(std::set<FlightId>{flight}); },
          [this](const char* link) {
            const std::string_view name = link;
            if (!name.starts_with("payment")) fault(name);
          },
          [this](std::string problem) { history_.violate(std::move(problem)); }};
}

void World::fault(std::string_view) {
  ++fault_count_;
  last_fault_ = queue_.now();
}

void World::launch(std::size_t number) {
  Slot& slot = slots_[number];
  queue_.note("starts", number);
  slot.crashing = false;
  slot.process = std::make_unique<Process>(
      surroundings(), slot.role, slot.clock_ahead, dice().next(),
      [this, number] { return before_turn(number); }, pace_);
  slot.process->start();
}

void World::start() {
  for (std::size_t number = 0; number < slots_.size(); ++number) launch(number);
  if (faults_.redis_rolled_back > 0) take_snapshot();
}

Process& World::any_process() {
  const std::size_t first = dice().below(slots_.size());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (Process* up = process((first + i) % slots_.size())) return *up;
  }
  launch(first);
  return *slots_[first].process;
}

bool World::before_turn(std::size_t number) {
  if (!dice().chance(faults_.crash_per_turn)) return true;
  crash(number);
  return false;
}

void World::crash(std::size_t number) {
  Slot& slot = slots_[number];
  if (!slot.process) return;
  queue_.note("CRASH", number);
  fault("crash");
  gone_.push_back(std::move(slot.process));
  gone_.back()->end();
  const Micros rest = dice().delay(Micros(10'000), faults_.restarts_within);
  queue_.after(rest, [this, number] {
    if (slots_[number].process) return;
    fault("restart");
    launch(number);
  });
}

void World::take_snapshot() {
  if (!faulty_) return;
  if (redis_.up()) {
    snapshots_.push_back(redis_.keys());
    if (snapshots_.size() > snapshots_kept) snapshots_.erase(snapshots_.begin());
  }
  queue_.after(snapshot_every, [this] { take_snapshot(); });
}

template <class Part>
void World::outage(Part& part, const char* what) {
  if (!faulty_) return;
  queue_.note(what, 1);
  fault(what);
  part.go_away(true);
  queue_.after(dice().delay(Micros(100'000), faults_.outage_max), [this, &part, what] {
    if (part.up()) return;
    queue_.note(what, 0);
    fault(what);
    part.go_away(false);
  });
}

void World::lose_standby() {
  if (!database_.standby_up()) return;
  queue_.note("STANDBY AWAY", 1);
  fault("standby");
  database_.lose_standby();
  const bool promote = dice().chance(0.6);
  queue_.after(dice().delay(Micros(100'000), faults_.outage_max),
               [this, promote] { end_loss_of_standby(promote); });
}

void World::end_loss_of_standby(bool promote) {
  if (database_.standby_up()) return;
  queue_.note(promote ? "STANDBY PROMOTED" : "STANDBY BACK", 0);
  fault("standby");
  if (promote) {
    database_.promote_standby();
  } else {
    database_.regain_standby();
  }
}

// No fault that excuses a refusal as sold out either.
void World::lock_rows() {
  const auto& flights = database_.judge().flights;
  if (flights.empty()) return;
  const FlightId flight =
      std::next(flights.begin(), static_cast<std::ptrdiff_t>(dice().below(flights.size())))->first;
  ledger::LockedRows rows{{flight}, {}};
  if (dice().chance(0.5)) {
    for (const auto& [id, booking] : database_.judge().bookings)
      if (booking.flight == flight) rows.bookings.push_back(id);
  }
  queue_.note("ROWS LOCKED", 1 + rows.bookings.size());
  database_.lock(std::move(rows));
  queue_.after(dice().delay(Micros(100'000), faults_.outage_max), [this] {
    queue_.note("ROWS LOCKED", 0);
    database_.lock({});
  });
}

// No fault that excuses a refusal which is not true: whoever sells knows of it.
void World::refuse_writes() {
  if (redis_.refuses() != Refuses::nothing || !redis_.up()) return;
  const Refuses what = dice().chance(0.5) ? Refuses::writes : Refuses::updates;
  queue_.note("REDIS REFUSES", static_cast<std::uint64_t>(what));
  redis_.refuse(what);
  refused_from_ = queue_.now();
  for (auto& [number, pending] : pending_commits_) pending.refused = true;
  queue_.after(Micros(dice().between(100'000, faults_.refusal_max.count())), [this] { take_writes(); });
}

void World::take_writes() {
  if (redis_.refuses() == Refuses::nothing) return;
  queue_.note("REDIS REFUSES", 0);
  redis_.refuse(Refuses::nothing);
  refused_until_ = queue_.now();
}

void World::schedule_incidents(Micros over) {
  const auto at_times = [&](int times, std::function<void()> what) {
    for (int i = 0; i < times; ++i) {
      queue_.after(Micros(dice().between(0, over.count())), [this, what] {
        if (faulty_) what();
      });
    }
  };
  at_times(faults_.redis_emptied, [this] {
    queue_.note("REDIS EMPTIED", 0);
    fault("redis");
    redis_.empty();
  });
  at_times(faults_.redis_rolled_back, [this] {
    if (snapshots_.empty()) return;
    queue_.note("REDIS ROLLED BACK", 0);
    fault("redis");
    redis_.roll_back(snapshots_[dice().below(snapshots_.size())]);
  });
  at_times(faults_.redis_outages, [this] { outage(redis_, "REDIS AWAY"); });
  at_times(faults_.redis_refusals, [this] { refuse_writes(); });
  at_times(faults_.database_outages, [this] { outage(database_, "DATABASE AWAY"); });
  at_times(faults_.standby_losses, [this] { lose_standby(); });
  at_times(faults_.row_locks, [this] { lock_rows(); });
  at_times(faults_.payment_outages, [this] { outage(payments_, "PAYMENT SERVICE AWAY"); });
}

void World::end_faults() {
  queue_.note("all is well", 0);
  fault("end");
  faulty_ = false;
  faults_.end();
  if (!redis_.up()) redis_.go_away(false);
  take_writes();
  database_.go_away(false);
  end_loss_of_standby(false);
  database_.lock({});
  payments_.go_away(false);
  for (std::size_t number = 0; number < slots_.size(); ++number) {
    if (!slots_[number].process) launch(number);
  }
  pace_ = calm_pace;
}

void World::let_everybody_pay() {
  faults_.payment.success = 1;
  faults_.payment.decides_later = 0;
  faults_.payment.another_amount = 0;
  faults_.payment.refunds_unasked = 0;
}

void World::stop() {
  for (Slot& slot : slots_) {
    if (!slot.process) continue;
    fault("stop");
    slot.process->end();
    gone_.push_back(std::move(slot.process));
  }
  gone_.clear();
}

// ---- Whether refusals are true ----

void World::watch(std::shared_ptr<Asking> asking) {
  look(*asking);
  askings_.push_back(std::move(asking));
}

void World::unwatch(const std::shared_ptr<Asking>& asking) {
  look(*asking);
  std::erase(askings_, asking);
}

void World::look(const std::set<FlightId>& flights) {
  for (const auto& asking : askings_) {
    if (flights.contains(asking->flight)) look(*asking);
  }
}

// A booking is cancelled by its owner, or with its flight: not when that was reinstated meanwhile.
void World::look_at_cancelled(const LedgerChanges& changes) {
  for (const ledger::Booking& row : changes.updated_bookings) {
    if (row.status != ledger::BookingStatus::cancelled || !cancelled_.insert(row.id).second) continue;
    const auto of_this_flight = [&row](const Flight& flight) { return flight.id == row.flight; };
    const bool flight_changed =
        std::any_of(changes.updated_flights.begin(), changes.updated_flights.end(), of_this_flight);
    const bool scheduled =
        database_.judge().flights.at(row.flight).status == flights::FlightStatus::scheduled;
    if (scheduled && !flight_changed && !cancels_asked_.contains(row.id))
      history_.violate("booking " + row.id.str() + " of a flight on sale was cancelled, and nobody asked");
  }
}

// In the middle of a batch there may have been fewer seats than before and after it.
void World::look(const LedgerChanges& changes) {
  look_at_cancelled(changes);
  for (const Flight& flight : changes.inserted_flights) available_[flight.id] = flight.available_seats;
  std::vector<Flight> updated = changes.updated_flights;
  updated.insert(updated.end(), changes.updated_seats.begin(), changes.updated_seats.end());
  for (const Flight& flight : updated) {
    std::int64_t fewest = std::exchange(available_[flight.id], flight.available_seats);
    for (const auto* rows : {&changes.inserted_bookings, &changes.updated_bookings}) {
      for (const ledger::Booking& row : *rows) {
        if (row.flight == flight.id && holds_seats(row)) fewest -= row.seats;
      }
    }
    last_commit_[flight.id] = queue_.now();
    for (const auto& asking : askings_) {
      if (asking->flight != flight.id) continue;
      if (fewest < asking->seats) asking->may_be_sold_out = true;
      look(*asking);
    }
  }
}

// The gate does not have the latest commit yet, since its update is under way or a fault is in the way.
bool World::gate_lags(FlightId id) {
  if (!redis_.up() || !database_.up() || queue_.now() - last_fault_ < heals_within) return true;
  const auto commit = last_commit_.find(id);
  if (commit != last_commit_.end() && queue_.now() - commit->second < answers_within) return true;
  return std::any_of(pending_commits_.begin(), pending_commits_.end(), [&](const auto& pending) {
    return std::any_of(pending.second.updates.begin(), pending.second.updates.end(),
                       [&](const booking::SeatUpdate& updates) { return updates.flight == id; });
  });
}

// The refusal was over before every process could notice it, or has just begun. A gate that takes holds then
// answers from its last update.
bool World::refusal_is_unnoticed() const {
  const bool lasts = redis_.refuses() != Refuses::nothing;
  if (lasts && redis_.refuses() != Refuses::updates) return false;
  const Micros until = lasts ? queue_.now() : refused_until_;
  if (until - refused_from_ >= refusal_noticed_within) return false;
  return lasts || queue_.now() - until < owed_is_told_within;
}

void World::look(Asking& asking) {
  const auto row = database_.judge().flights.find(asking.flight);
  if (row == database_.judge().flights.end()) return;
  const Flight& flight = row->second;
  const Instant latest =
      test::world_start + std::chrono::duration_cast<Milliseconds>(queue_.now()) + faults_.clock_ahead_max;
  if (!on_sale(flight, latest)) asking.may_be_closed = true;
  const FlightKeys* keys = redis_.flight(asking.flight);
  // While it refuses all, it drops no hold and its holds count for nothing.
  const bool asked = redis_.refuses() != Refuses::writes;
  const std::int64_t held = keys && asked ? keys->held() : 0;
  if (flight.available_seats - held < asking.seats || gate_lags(asking.flight) || refusal_is_unnoticed())
    asking.may_be_sold_out = true;
}

std::uint64_t World::begun(const std::vector<ledger::FlightUpdate>& updates, Instant now) {
  PendingCommit pending;
  pending.faults_before = fault_count_;
  pending.refused = redis_.refuses() != Refuses::nothing;
  std::set<FlightId> about;
  for (const ledger::FlightUpdate& one : updates) {
    pending.updates.push_back(sync::seat_update(one, now));
    about.insert(one.id);
  }
  pending_commits_.emplace(++last_pending_commit_, std::move(pending));
  look(about);
  return last_pending_commit_;
}

void World::told(std::uint64_t commit) {
  const auto found = pending_commits_.find(commit);
  const PendingCommit pending = std::move(found->second);
  pending_commits_.erase(found);
  if (pending.faults_before != fault_count_ || pending.refused || !redis_.up()) return;
  // Nothing was in its way, so the gate has the update before the clients are answered.
  for (const booking::SeatUpdate& updates : pending.updates) {
    const FlightKeys* keys = redis_.flight(updates.flight);
    if (!keys) continue;
    if (updates.count && keys->counter && (!keys->count || keys->count->version < updates.count->version))
      history_.violate("clients are told of a commit that the seat gate has not heard of");
    for (const BookingId hold : updates.holds_to_drop) {
      if (is_unkeyed(hold) && keys->holds.contains(hold))
        history_.violate("a hold is still there when the client of its booking is told");
    }
  }
}

// ---- Callbacks ----

namespace {

Task<void> settle(Process& process, booking::PaymentVerdict verdict, std::function<void(bool)> taken) {
  const std::weak_ptr<ProcessLoop> alive = process.alive();
  bool well = false;
  try {
    const Result<ledger::Booking> settled = co_await process.bookings().settle(std::move(verdict));
    well = settled.has_value();
  } catch (const UnavailableError&) {
    // Not taken.
  }
  // A connection that breaks is no answer either.
  const auto loop = alive.lock();
  taken(well && loop && loop->running());
}

}  // namespace

void World::call_back(booking::PaymentVerdict verdict, std::function<void(bool)> taken) {
  const std::size_t number = dice().below(slots_.size());
  queue_.after(dice().delay(Micros(200), Micros(30'000)), [this, number, verdict, taken] {
    if (Process* up = process(number)) {
      up->scope().spawn(settle(*up, verdict, taken));
    } else {
      taken(false);
    }
  });
}

}  // namespace flightdeck::simulation
