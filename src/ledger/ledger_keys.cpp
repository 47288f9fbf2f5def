// What a batch reads and locks.
#include <algorithm>

#include "core/sort_unique.h"
#include "ledger/decide.h"

namespace flightdeck::ledger {

namespace {

struct KeyCollector {
  LedgerKeys& keys;
  bool all = false;

  template <class BookingCommand>
  void operator()(const BookingCommand& c) {
    keys.bookings.push_back(c.id);
    keys.flights.push_back(c.flight);
  }
  void operator()(const PlaceBooking& c) {
    if (all || !c.new_id) keys.bookings.push_back(c.id);
    keys.flights.push_back(c.flight);
  }
  void operator()(const SettlePayment& c) {
    // A failure gives seats back: its flight is locked anyway, and what is known of the booking may be of
    // before that.
    if (c.cached && c.succeeded() && !all)
      keys.cached.push_back(c.cached);
    else
      keys.bookings.push_back(c.id);
    if (!c.succeeded()) keys.flights.push_back(c.flight);
  }
  void operator()(const AddFlight& c) {
    keys.flights.push_back(c.id);
    natural_key(c.draft);
  }
  void operator()(const ReplaceFlight& c) {
    keys.flights.push_back(c.id);
    natural_key(c.draft);
  }
  void operator()(const CloseFlight& c) { keys.flights.push_back(c.id); }
  void operator()(const ReinstateFlight& c) {
    keys.flights.push_back(c.id);
    if (!c.key.first.empty()) keys.natural_keys.push_back(c.key);
  }

  void natural_key(const flights::FlightDraft& draft) {
    if (!draft.flight_number.empty()) keys.natural_keys.emplace_back(draft.flight_number, draft.departure);
  }
};

struct FlightOf {
  template <class BookingCommand>
  FlightId operator()(const BookingCommand& c) const {
    return c.flight;
  }
  FlightId operator()(const AddFlight& c) const { return c.id; }
  FlightId operator()(const ReplaceFlight& c) const { return c.id; }
  FlightId operator()(const CloseFlight& c) const { return c.id; }
  FlightId operator()(const ReinstateFlight& c) const { return c.id; }
};

LedgerKeys collect_keys(std::span<const Command> commands, bool all) {
  LedgerKeys keys;
  for (const Command& command : commands) std::visit(KeyCollector{keys, all}, command);
  sort_unique(keys.flights);
  sort_unique(keys.natural_keys);
  // Two that know different states of it: the row decides.
  std::sort(keys.cached.begin(), keys.cached.end(),
            [](const auto& a, const auto& b) { return a->booking.id < b->booking.id; });
  for (std::size_t i = 1; i < keys.cached.size(); ++i) {
    if (keys.cached[i]->booking.id == keys.cached[i - 1]->booking.id)
      keys.bookings.push_back(keys.cached[i]->booking.id);
  }
  sort_unique(keys.bookings);
  std::erase_if(keys.cached, [&keys](const auto& cached) {
    return std::binary_search(keys.bookings.begin(), keys.bookings.end(), cached->booking.id);
  });
  return keys;
}

}  // namespace

FlightId flight_of(const Command& command) { return std::visit(FlightOf{}, command); }

LedgerKeys keys_of(std::span<const Command> commands) { return collect_keys(commands, false); }
LedgerKeys all_keys_of(std::span<const Command> commands) { return collect_keys(commands, true); }

}  // namespace flightdeck::ledger
