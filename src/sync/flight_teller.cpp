#include "sync/flight_teller.h"

#include <unordered_map>

#include "core/cut.h"
#include "core/gather.h"
#include "core/limits.h"
#include "sync/news_teller.h"

namespace flightdeck::sync {

namespace {
using flights::Flight;
using flights::StoredVersion;

std::vector<booking::SeatNews> seat_news(const std::vector<Flight>& rows, Instant now) {
  std::vector<booking::SeatNews> news;
  news.reserve(rows.size());
  for (const Flight& flight : rows) {
    booking::FlightNews one{flight.id, flight, {}};
    news.push_back(sync::seat_news(one, now));
  }
  return news;
}
}  // namespace

// In parts side by side, so that a store which is some way off works on one while another is made ready here.
Task<bool> FlightTeller::tell(std::vector<Flight> rows, bool whole) {
  std::size_t told = 0;  // counted up, so that a part which fails with an exception is not taken for told
  const std::size_t count = rows.size();
  std::vector<Task<void>> parts;
  for (std::vector<Flight>& part : cut(std::move(rows), limits::tell_part))
    parts.push_back(tell_part(std::move(part), whole, told));
  co_await gather(scope_, std::move(parts));
  co_return told == count;
}

Task<void> FlightTeller::tell_part(std::vector<Flight> rows, bool whole, std::size_t& told) {
  const std::size_t count = rows.size();
  const Instant now = clock_.now();
  std::vector<booking::SeatNews> news;
  if (whole) {
    news = seat_news(rows, now);
  } else {
    news = co_await news_for_gate(rows);
  }
  const bool gate_told = co_await gate_.sync(std::move(news));
  Task<bool> telling = whole ? index_.restore(std::move(rows), now) : index_.update(std::move(rows), now);
  const bool index_told = co_await std::move(telling);
  if (gate_told && index_told) told += count;
}

// Mostly whoever sold the seats has told it: a look costs a tenth of telling it again.
Task<std::vector<booking::SeatNews>> FlightTeller::news_for_gate(std::vector<Flight> rows) {
  std::vector<FlightId> ids;
  ids.reserve(rows.size());
  for (const Flight& row : rows) ids.push_back(row.id);
  std::unordered_map<FlightId, std::int64_t> known;
  const std::vector<StoredVersion> versions = co_await gate_.versions(std::move(ids));
  for (const StoredVersion& stored : versions) known.emplace(stored.flight, stored.version);
  std::erase_if(rows, [&known](const Flight& row) {
    const auto stored = known.find(row.id);
    return stored != known.end() && stored->second == row.version;
  });
  co_return seat_news(rows, clock_.now());
}

}  // namespace flightdeck::sync
