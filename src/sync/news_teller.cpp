#include "sync/news_teller.h"

#include <iterator>
#include <utility>

namespace flightdeck::sync {

using booking::FlightNews;
using flights::Flight;

namespace {

std::vector<FlightNews> news_of_hold(FlightId flight, BookingId booking) {
  std::vector<FlightNews> news(1);
  news.front().id = flight;
  news.front().settled_holds.push_back(booking);
  news.front().holds_only = true;
  return news;
}

}  // namespace

booking::SeatNews seat_news(const FlightNews& news, Instant now) {
  booking::SeatNews seats;
  seats.flight = news.id;
  seats.holds_to_drop = news.settled_holds;
  if (news.holds_only) return seats;
  if (news.flight && flights::on_sale(*news.flight, now)) {
    const Flight& flight = *news.flight;
    seats.count = booking::SeatNews::Count{flight.version, flight.available_seats, flight.updated_at};
  } else {
    seats.off_sale = true;
  }
  return seats;
}

Task<bool> NewsTeller::tell_once(std::vector<FlightNews>& news) {
  const Instant now = parts_.clock.now();
  std::vector<booking::SeatNews> seats;
  std::vector<Flight> rows;
  std::vector<Flight> only_seats;
  for (const FlightNews& one : news) {
    seats.push_back(seat_news(one, now));
    if (!one.flight) continue;
    const bool light = one.seats_only && !seats.back().off_sale;
    (light ? only_seats : rows).push_back(*one.flight);
  }
  if (!seats.empty()) {
    const bool heard = co_await parts_.gate.sync(std::move(seats));
    if (!heard) co_return false;
  }
  if (!rows.empty()) {
    const bool heard = co_await parts_.index.update(std::move(rows), now);
    if (!heard) co_return false;
  }
  if (only_seats.empty()) co_return true;
  co_return co_await parts_.index.update_seats(std::move(only_seats), now);
}

Task<void> NewsTeller::tell(std::vector<FlightNews> news) {
  try {
    const bool heard = co_await tell_once(news);
    if (!heard) keep(std::move(news));
  } catch (...) {
    on_error_(std::current_exception());  // the commit stands, so its clients are answered all the same
  }
}

Task<void> NewsTeller::drop(FlightId flight, BookingId booking) {
  return tell(news_of_hold(flight, booking));
}

void NewsTeller::drop_soon(FlightId flight, BookingId booking) { keep(news_of_hold(flight, booking)); }

void NewsTeller::keep(std::vector<FlightNews> news) {
  for (FlightNews& one : news) untold_.add(std::move(one));
  if (std::exchange(owes_, true)) return;
  parts_.lag.begin();
  parts_.scope.spawn(tell_again());
}

Task<void> NewsTeller::tell_again() {
  while (!untold_.empty()) {
    const bool go_on = co_await pause_.next();
    if (!go_on) co_return;  // and the index is doubted until the end
    for (bool heard = true; heard && !untold_.empty();) heard = co_await tell_a_part();
  }
  owes_ = false;
  parts_.lag.end();
}

Task<bool> NewsTeller::tell_a_part() {
  try {
    if (untold_.everything()) {
      const bool heard = co_await parts_.index.mark_incomplete();
      if (heard) untold_.everything_is_seen_to();
      co_return heard;
    }
    std::vector<FlightNews> part = untold_.take();
    const bool heard = co_await tell_once(part);
    for (FlightNews& one : part) {
      if (!heard) untold_.add(std::move(one));
    }
    co_return heard;
  } catch (...) {
    on_error_(std::current_exception());  // that part is left to the sweepers
    co_return false;
  }
}

}  // namespace flightdeck::sync
