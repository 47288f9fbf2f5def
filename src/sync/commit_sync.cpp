#include "sync/commit_sync.h"

namespace flightdeck::sync {

booking::SeatNews seat_news(const booking::FlightNews& news, Instant now) {
  booking::SeatNews seats;
  seats.flight = news.id;
  seats.holds_to_drop = news.settled_holds;
  if (news.flight && flights::on_sale(*news.flight, now)) {
    const flights::Flight& flight = *news.flight;
    seats.count = booking::SeatNews::Count{flight.version, flight.available_seats, flight.updated_at};
  } else {
    seats.off_sale = true;
  }
  return seats;
}

void CommitSync::on_commit(booking::Commit commit, std::function<void()> told) {
  const Teller& teller = tellers_[turn_.fetch_add(1, std::memory_order_relaxed) % tellers_.size()];
  teller.home.post([this, &teller, commit = std::move(commit), told = std::move(told)]() mutable {
    teller.scope.spawn(tell(teller, std::move(commit), std::move(told)));
  });
}

Task<void> CommitSync::tell(Teller teller, booking::Commit commit, std::function<void()> told) {
  const Instant now = clock_.now();
  std::vector<booking::SeatNews> seats;
  std::vector<flights::Flight> flights;
  std::vector<flights::Flight> only_seats;
  for (booking::FlightNews& news : commit.news) {
    seats.push_back(seat_news(news, now));
    if (!news.flight) continue;
    const bool light = news.seats_only && !seats.back().off_sale;
    (light ? only_seats : flights).push_back(*std::move(news.flight));
  }
  try {
    // Either may be away; the sweeper tells it again.
    if (!seats.empty()) co_await teller.gate.sync(std::move(seats));
    if (!flights.empty()) co_await teller.index.update(std::move(flights), now);
    if (!only_seats.empty()) co_await teller.index.update_seats(std::move(only_seats), now);
  } catch (...) {
    on_error_(std::current_exception());  // the commit stands, so its clients are answered all the same
  }
  waiters_.notify(commit.settled);
  told();
}

}  // namespace flightdeck::sync
