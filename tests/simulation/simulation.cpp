#include "simulation/simulation.h"

#include <algorithm>

#include "simulation/clients.h"

namespace flightdeck::simulation {

using flights::Flight;
using ledger::Booking;
using ledger::BookingStatus;

namespace {

constexpr Micros incidents_within{20'000'000};
constexpr Micros longest_history{300'000'000};
// Longer than an orphaned hold is kept, with sweeps at rest between.
constexpr Micros calm_at_least{70'000'000};
constexpr Micros calm_step{10'000'000};
constexpr Micros calm_at_most{3'600'000'000};

std::string quoted(const char* what, FlightId flight) { return std::string(what) + " of " + flight.str(); }

class OneHistory {
 public:
  OneHistory(std::uint64_t seed, bool print) : world_(seed, print), clients_(world_) {}

  Outcome run() {
    clients_.add_flights();
    world_.start();
    world_.schedule_incidents(incidents_within);
    clients_.start();
    const Micros end = queue().now() + longest_history;
    while (!clients_.done() && queue().now() < end) queue().run_one();
    if (!clients_.done()) world_.history().violate("a request never ends");
    world_.end_faults();
    calm_down();
    check();
    sell_out();
    calm_down();
    check();
    world_.stop();
    Outcome outcome;
    outcome.trace_hash = queue().trace().hash();
    outcome.violations = world_.history().violations();
    for (const std::string& problem : world_.database().judge().problems)
      outcome.violations.push_back(problem);
    for (const std::string& problem : world_.database().problems()) outcome.violations.push_back(problem);
    outcome.events = queue().events();
    outcome.booked = world_.history().answered;
    outcome.sold_out = world_.history().sold_out;
    for (const auto& [id, row] : world_.database().judge().bookings)
      outcome.confirmed += row.status == BookingStatus::confirmed ? 1 : 0;
    return outcome;
  }

 private:
  EventQueue& queue() { return world_.queue(); }
  const test::RowStore& rows() { return world_.database().judge(); }

  bool quiet() {
    if (!rows().intents.empty() || !world_.database().rows().outbox().empty()) return false;
    return std::all_of(world_.redis().keys().flights.begin(), world_.redis().keys().flights.end(),
                       [](const auto& flight) { return flight.second.holds.empty(); });
  }

  void calm_down() {
    const Micros begin = queue().now();
    do {
      queue().run_until(queue().now() + calm_step);
    } while (queue().now() < begin + calm_at_least || (!quiet() && queue().now() < begin + calm_at_most));
    queue().note("calm", rows().bookings.size());
  }

  void check() {
    History& history = world_.history();
    history.check_bookings(rows().bookings);
    history.check_money(rows().bookings, world_.payments().records());
    if (!rows().intents.empty()) history.violate("unfinished business that never ends");
    for (const auto& [id, flight] : rows().flights) {
      if (flight.status == flights::FlightStatus::cancelled && flight.available_seats != flight.total_seats)
        history.violate(quoted("bookings live on after the closing", id));
    }
    check_redis();
    check_events();
  }

  void check_redis() {
    History& history = world_.history();
    const Instant now = test::world_start + std::chrono::duration_cast<Milliseconds>(queue().now());
    for (const auto& [id, row] : rows().flights) {
      const FlightKeys* keys = world_.redis().flight(id);
      const std::optional<std::int64_t> sellable = world_.redis().sellable(id);
      if (!on_sale(row, now)) {
        if (sellable) history.violate(quoted("the gate still sells seats", id));
        continue;
      }
      if (sellable != row.available_seats)
        history.violate(quoted("seats that the gate would sell", id) + ": " +
                        (sellable ? std::to_string(*sellable) : "unknown") + ", the ledger has " +
                        std::to_string(row.available_seats));
      if (keys && !keys->holds.empty()) history.violate(quoted("a hold that nobody drops", id));
    }
    if (!world_.redis().keys().complete) history.violate("the index is never complete again");
    const flights::SearchPage found = world_.redis().search(search_for_all(), now);
    const flights::SearchPage expected = world_.database().rows().search(search_for_all(), now);
    if (found.flights != expected.flights) history.violate("search finds something else than the ledger has");
  }

  void check_events() {
    const auto& committed = world_.database().committed_events();
    const auto& published = world_.redis().stream();
    if (!std::includes(committed.begin(), committed.end(), published.begin(), published.end()))
      world_.history().violate("an event of what was never committed is published");
    if (!std::includes(published.begin(), published.end(), committed.begin(), committed.end()))
      world_.history().violate("an event of a commit is never published");
  }

  // Exactly what is left can be sold.
  void sell_out() {
    world_.let_everybody_pay();
    const Instant now = test::world_start + std::chrono::duration_cast<Milliseconds>(queue().now());
    for (const FlightId id : clients_.flights()) {
      const Flight before = rows().flights.at(id);
      if (!on_sale(before, now)) continue;
      const std::int64_t sold = clients_.sell_out(id);
      if (sold != before.available_seats)
        world_.history().violate(quoted("of the last seats", id) + ", " +
                                 std::to_string(before.available_seats) + ", " + std::to_string(sold) +
                                 " could be sold");
    }
  }

  World world_;
  Clients clients_;
};

}  // namespace

Outcome run_history(std::uint64_t seed, bool print) {
  OneHistory history(seed, print);
  Outcome outcome = history.run();
  outcome.seed = seed;
  return outcome;
}

}  // namespace flightdeck::simulation
