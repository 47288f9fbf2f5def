#include "sync/sweeper.h"

#include <map>

#include "core/limits.h"
#include "sync/commit_sync.h"

namespace flightdeck::sync {

namespace {
using booking::LedgerReader;
using flights::Flight;
}  // namespace

Task<std::size_t> Sweeper::sync_changed() {
  const Instant started = clock_.now();
  Instant since = synced_until_ - limits::sweep_overlap;
  FlightId after{};
  std::size_t told = 0;
  for (;;) {
    std::function<std::vector<Flight>(LedgerReader&)> query = [since, after](LedgerReader& reader) {
      return reader.flights_changed(since, after, limits::sweep_batch);
    };
    std::vector<Flight> changed = co_await booking::read<std::vector<Flight>>(ledger_, std::move(query));
    if (changed.empty()) break;
    const bool last = changed.size() < limits::sweep_batch;
    since = changed.back().updated_at;
    after = changed.back().id;
    told += changed.size();

    const Instant now = clock_.now();
    std::vector<booking::SeatNews> news;
    news.reserve(changed.size());
    for (const Flight& flight : changed) {
      booking::FlightNews one{flight.id, flight, {}};
      news.push_back(seat_news(one, now));
    }
    const bool gate_told = co_await gate_.sync(std::move(news));
    const bool index_told = co_await index_.update(std::move(changed), now);
    if (!gate_told || !index_told) co_return told;  // away: from the same place again next time
    if (last) break;
  }
  // Not the time of the latest row: the rows of the last overlap before a quiet time would be told again and again.
  synced_until_ = started;
  co_return told;
}

Task<void> Sweeper::drop_stale_holds() {
  const std::vector<booking::Hold> stale =
      co_await gate_.stale_holds(clock_.now() - limits::hold_deadline, limits::sweep_batch);
  if (stale.empty()) co_return;
  std::vector<FlightId> ids;
  ids.reserve(stale.size());
  for (const booking::Hold& hold : stale) ids.push_back(hold.flight);
  // The rows are read after the deadline has passed, so they count whatever these holds led to.
  std::function<std::vector<Flight>(LedgerReader&)> query = [ids](LedgerReader& reader) {
    return reader.flights(ids);
  };
  std::vector<Flight> rows = co_await booking::read<std::vector<Flight>>(ledger_, std::move(query));
  std::map<FlightId, booking::FlightNews> by_flight;
  for (const booking::Hold& hold : stale) {
    booking::FlightNews& news = by_flight[hold.flight];
    news.id = hold.flight;
    news.settled_holds.push_back(hold.booking);
  }
  for (Flight& row : rows) by_flight[row.id].flight = std::move(row);
  std::vector<booking::SeatNews> news;
  const Instant now = clock_.now();
  news.reserve(by_flight.size());
  for (const auto& [id, one] : by_flight) news.push_back(seat_news(one, now));
  co_await gate_.sync(std::move(news));
}

Task<void> Sweeper::drop_departed() {
  for (;;) {
    const std::vector<FlightId> departed = co_await index_.drop_departed(clock_.now());
    if (departed.empty()) co_return;
    std::vector<booking::SeatNews> news(departed.size());
    for (std::size_t i = 0; i < departed.size(); ++i) {
      news[i].flight = departed[i];
      news[i].off_sale = true;
    }
    co_await gate_.sync(std::move(news));
  }
}

Task<void> Sweeper::finish_closed_flights() {
  std::function<std::vector<FlightId>(LedgerReader&)> query = [](LedgerReader& reader) {
    return reader.closed_with_live_bookings(limits::cancel_batch);
  };
  const std::vector<FlightId> closed =
      co_await booking::read<std::vector<FlightId>>(ledger_, std::move(query));
  for (const FlightId id : closed) co_await flights_.cancel_bookings_of(id);
}

Task<void> Sweeper::run_once() {
  co_await sync_changed();
  co_await drop_stale_holds();
  co_await drop_departed();
  co_await finish_closed_flights();
}

}  // namespace flightdeck::sync
