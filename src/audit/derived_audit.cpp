#include "audit/derived_audit.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "core/limits.h"

namespace flightdeck::audit {

namespace {

using booking::GateState;
using flights::Flight;
using flights::FlightStatus;
using flights::IndexState;

std::string number(std::int64_t value) { return std::to_string(value); }
std::string version_text(std::int64_t version) { return "version " + number(version); }

// All that is not of the seats.
bool same_details(const Flight& a, const Flight& b) {
  return a.flight_number == b.flight_number && a.source == b.source && a.destination == b.destination &&
         a.departure == b.departure && a.arrival == b.arrival && a.date == b.date &&
         a.total_seats == b.total_seats && a.price == b.price && a.status == b.status;
}

class Differences {
 public:
  Differences(const FlightStates& states, Instant now)
      : looks_(states),
        now_(now),
        on_sale_(flights::on_sale(states.before, now) && flights::on_sale(states.after, now)),
        off_sale_(!flights::on_sale(states.before, now) && !flights::on_sale(states.after, now)) {}

  std::vector<Finding> take() {
    if (looks_.gate) inspect(*looks_.gate);
    if (looks_.index) inspect(*looks_.index);
    return std::move(found_);
  }

 private:
  void add(FindingKind kind, std::string detail, std::int64_t seats = 0) {
    found_.push_back({kind, looks_.after.id, std::nullopt, std::move(detail), std::abs(seats)});
  }

  void inspect(const GateState& gate);
  void inspect_count(const GateState& gate);
  void inspect(const IndexState& index);
  void inspect_row(const Flight& row);
  // Behind, ahead, or not of this row; what it says in `kind`. True: of one of the two rows.
  bool of_a_row(FindingKind kind, std::int64_t version, std::int64_t seats_apart);

  const FlightStates& looks_;
  const Instant now_;
  const bool on_sale_;
  const bool off_sale_;
  std::vector<Finding> found_;
};

bool Differences::of_a_row(FindingKind kind, std::int64_t version, std::int64_t seats_apart) {
  if (version > looks_.after.version) {
    add(kind, "it has " + version_text(version) + ", the ledger " + version_text(looks_.after.version),
        seats_apart);
  } else if (version < looks_.before.version) {
    add(kind, "it still has " + version_text(version) + " of " + version_text(looks_.before.version),
        seats_apart);
  }
  return version == looks_.before.version || version == looks_.after.version;
}

void Differences::inspect(const GateState& gate) {
  if (gate.damaged) {
    add(FindingKind::gate_counter, "its keys hold what the program never writes");
    return;
  }
  for (const GateState::OpenHold& hold : gate.holds) {
    if (hold.since >= now_ - limits::audit_hold_patience) continue;
    found_.push_back({FindingKind::stale_hold, looks_.after.id, hold.booking,
                      "held since " + format_rfc3339(hold.since), hold.seats});
  }
  // Cold: the next booking makes it warm.
  if (!gate.counter) return;
  std::int64_t held = 0;
  for (const GateState::OpenHold& hold : gate.holds) held += hold.seats;
  if (!gate.version || !gate.available) {
    add(FindingKind::gate_counter, "it counts " + number(*gate.counter) + " seats of no known version");
  } else if (const std::int64_t right = *gate.available - held; *gate.counter != right) {
    add(FindingKind::gate_counter,
        "it would sell " + number(*gate.counter) + " of " + number(*gate.available) + " seats with " +
            number(held) + " held",
        *gate.counter - right);
  }
  if (off_sale_) add(FindingKind::gate_off_sale, "it would sell a flight that is not on sale");
  if (on_sale_) inspect_count(gate);
}

void Differences::inspect_count(const GateState& gate) {
  if (!gate.version || !gate.available) return;
  if (!of_a_row(FindingKind::gate_differs, *gate.version, *gate.available - looks_.after.available_seats))
    return;
  const Flight& same = *gate.version == looks_.after.version ? looks_.after : looks_.before;
  if (*gate.available != same.available_seats) {
    add(FindingKind::gate_differs,
        "it was told of " + number(*gate.available) + " seats, and the ledger has " +
            number(same.available_seats),
        *gate.available - same.available_seats);
  }
}

void Differences::inspect(const IndexState& index) {
  if (off_sale_) {
    const bool shown =
        index.row && (index.row->status == FlightStatus::scheduled || index.row->departure <= now_);
    if (shown || index.extra > 0)
      add(FindingKind::index_off_sale, "a flight that is not on sale is in the index");
    return;
  }
  if (!on_sale_) return;
  if (index.unreadable) {
    add(FindingKind::index_unreadable, "what the index has of the flight cannot be read");
    return;
  }
  if (!index.row) {
    add(FindingKind::index_missing, "a flight on sale is not in the index");
    return;
  }
  inspect_row(*index.row);
  if (index.missing > 0 || index.extra > 0) {
    add(FindingKind::index_places, "it is missing at " + number(static_cast<std::int64_t>(index.missing)) +
                                       " places of the orders, and at " +
                                       number(static_cast<std::int64_t>(index.extra)) +
                                       " where it should not be");
  }
}

void Differences::inspect_row(const Flight& row) {
  const bool known_row = of_a_row(FindingKind::index_differs, row.version, 0);
  if (!same_details(row, looks_.before) && !same_details(row, looks_.after)) {
    add(FindingKind::index_differs, "it shows other fields than the ledger has");
  }
  if (!known_row) return;
  const Flight& same = row.version == looks_.after.version ? looks_.after : looks_.before;
  if (row.available_seats != same.available_seats) {
    add(FindingKind::index_seats,
        "search shows " + number(row.available_seats) + " seats, the ledger has " +
            number(same.available_seats),
        row.available_seats - same.available_seats);
  }
}

}  // namespace

std::vector<Finding> differences(const FlightStates& states, Instant now) {
  return Differences(states, now).take();
}

}  // namespace flightdeck::audit
