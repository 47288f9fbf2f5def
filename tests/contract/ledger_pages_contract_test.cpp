// The lists of a ledger, against a plain model on random rows: filters, orders, pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "contract/temporary_ledger.h"
#include "core/limits.h"
#include "doubles/booking_world.h"
#include "doubles/settlements.h"
#include "ledger/apply_batch.h"

namespace flightdeck::booking {
namespace {

using flights::Flight;
using flights::SearchPage;
using flights::SortOrder;
using test::apply;
using test::id_of;
using test::world_start;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAreArray;

constexpr int flight_count = 150;

class LedgerPages : public ::testing::TestWithParam<test::LedgerKind> {
 protected:
  LedgerPages() {
    std::vector<ledger::Command> commands;
    for (int i = 0; i < flight_count; ++i)
      commands.emplace_back(ledger::AddFlight{flight_id(), draft(i), false});
    ledger::apply_batch(store(), commands, now);
    commands.clear();
    for (int i = 0; i < flight_count; ++i) {
      now += Milliseconds{pick(3)};
      const FlightId id = ids[static_cast<std::size_t>(pick(flight_count))];
      if (pick(6) == 0) {
        apply(store(), ledger::CloseFlight{id, true}, now);
      } else {
        ledger::PlaceBooking place{BookingId{make_uuid_v7(now, random)},
                                   id_of<UserId>(static_cast<std::uint8_t>(pick(2))), id, 1 + pick(2),
                                   Milliseconds{60'000}};
        const auto placed = apply(store(), place, now);
        if (placed && pick(2) == 0) apply(store(), test::payment_succeeded(place.id, id, "ref"), now).value();
        if (placed) booked.push_back(place.id);
      }
    }
  }

  ledger::LedgerStore& store() { return ledger->store(); }
  ledger::LedgerReader& reader() { return ledger->reader(); }
  std::int64_t pick(std::int64_t n) {
    return static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(n));
  }
  FlightId flight_id() {
    ids.push_back(FlightId{make_uuid_v7(now, random)});
    return ids.back();
  }
  // Few values, so that there are ties in every order.
  flights::FlightDraft draft(int n) {
    flights::FlightDraft made =
        test::flight_draft(1 + pick(4), "FD" + std::to_string(n), std::chrono::hours{1 + pick(6)});
    made.source = pick(3) == 0 ? "JFK" : "Oslo";
    made.destination = pick(3) == 0 ? "New York" : "LHR";
    if (made.source == "Oslo" && pick(2) == 0) made.source = "oSLO";
    if (pick(4) == 0)
      made.arrival.reset();
    else
      made.arrival = made.departure + std::chrono::hours{1 + pick(3)};
    made.price = Money{100 * pick(3)};
    return made;
  }
  std::vector<Flight> all_flights() { return reader().flights(ids); }

  test::SilentLog log;
  SeededRandom random{11};
  std::unique_ptr<test::TemporaryLedger> ledger = GetParam().make();
  Instant now = world_start;
  std::vector<FlightId> ids;
  std::vector<BookingId> booked;
};

INSTANTIATE_TEST_SUITE_P(All, LedgerPages, ::testing::ValuesIn(test::ledger_kinds()), test::ledger_name);

// All pages, one after the other, with a cursor that went through its text form.
template <class Page>
std::vector<Flight> walk(Page page_after, SortOrder sort, std::size_t limit) {
  std::vector<Flight> seen;
  std::optional<flights::SearchPosition> after;
  for (;;) {
    const SearchPage page = page_after(after);
    EXPECT_LE(page.flights.size(), limit);
    seen.insert(seen.end(), page.flights.begin(), page.flights.end());
    if (!page.more) return seen;
    EXPECT_EQ(page.flights.size(), limit);
    if (page.flights.size() != limit || seen.size() > flight_count) return seen;
    after = flights::parse_cursor(flights::format_cursor(position_of(seen.back(), sort)));
  }
}

std::vector<Flight> in_order(std::vector<Flight> rows, SortOrder sort) {
  std::sort(rows.begin(), rows.end(),
            [sort](const Flight& a, const Flight& b) { return position_of(a, sort) < position_of(b, sort); });
  return rows;
}

TEST_P(LedgerPages, SearchFindsWhatIsOnSaleInOrderPageByPage) {
  std::size_t found = 0;
  for (const SortOrder sort : {SortOrder::price, SortOrder::fastest, SortOrder::departure}) {
    for (const std::int64_t seats : {0, 1, 3}) {
      for (const auto& [source, destination] :
           {std::pair{"jfk", "lhr"}, {"oslo", "new york"}, {"oslo", "lhr"}, {"xxx", "lhr"}}) {
        const Instant at = world_start + std::chrono::hours{2};
        flights::SearchQuery query;
        query.source = source;
        query.destination = destination;
        query.date = Date{std::chrono::floor<std::chrono::days>(world_start)};
        query.sort = sort;
        query.seats = seats;
        query.limit = 4;
        std::vector<Flight> expected = all_flights();
        std::erase_if(expected, [&](const Flight& f) {
          return !on_sale(f, at) || f.available_seats < seats || flights::place_key(f.source) != source ||
                 flights::place_key(f.destination) != destination || f.date != query.date;
        });
        const auto page_after = [&](const auto& after) {
          query.after = after;
          return reader().search(query, at);
        };
        EXPECT_EQ(walk(page_after, sort, query.limit), in_order(expected, sort));
        found += expected.size();
      }
    }
  }
  EXPECT_GT(found, 100U);
}

TEST_P(LedgerPages, ListFiltersAndKeepsDepartureOrder) {
  for (const bool by_source : {false, true}) {
    for (const bool by_destination : {false, true}) {
      for (const bool by_date : {false, true}) {
        ledger::FlightListQuery query;
        if (by_source) query.source = "oslo";
        if (by_destination) query.destination = "lhr";
        if (by_date) query.date = Date{std::chrono::floor<std::chrono::days>(world_start)};
        query.limit = 7;
        std::vector<Flight> expected = all_flights();
        std::erase_if(expected, [&](const Flight& f) {
          return (by_source && flights::place_key(f.source) != "oslo") ||
                 (by_destination && flights::place_key(f.destination) != "lhr") ||
                 (by_date && f.date != *query.date);
        });
        const auto page_after = [&](const auto& after) {
          query.after = after;
          return reader().list_flights(query);
        };
        EXPECT_EQ(walk(page_after, SortOrder::departure, query.limit),
                  in_order(expected, SortOrder::departure));
      }
    }
  }
}

TEST_P(LedgerPages, ChangedFlightsComeInOrderOfTheirChangeEachOnce) {
  const std::vector<Flight> expected = all_flights();
  std::vector<Flight> seen;
  Instant since{};
  FlightId after{};
  for (;;) {
    const std::vector<Flight> page = reader().flights_changed(since, after, 9);
    seen.insert(seen.end(), page.begin(), page.end());
    if (page.size() < 9) break;
    since = page.back().updated_at;
    after = page.back().id;
  }
  EXPECT_THAT(seen, UnorderedElementsAreArray(expected));
  Instant latest{};
  for (const Flight& flight : seen) {
    EXPECT_GT(flight.updated_at, latest - limits::change_period);
    latest = std::max(latest, flight.updated_at);
  }
  EXPECT_THAT(reader().flights_changed(latest + limits::change_period, FlightId{}, 9), IsEmpty());
  std::vector<Flight> last;
  for (const Flight& flight : seen) {
    if (flight.updated_at == latest) last.push_back(flight);
  }
  EXPECT_THAT(reader().flights_changed(latest, FlightId{}, flight_count), IsSupersetOf(last))
      << "at or after";
}

TEST_P(LedgerPages, AUsersBookingsComeNewestFirst) {
  std::size_t found = 0;
  for (const std::uint8_t user : std::initializer_list<std::uint8_t>{0, 1, 2}) {
    for (const std::optional<ledger::BookingStatus> status :
         {std::optional<ledger::BookingStatus>{}, std::optional(ledger::BookingStatus::pending),
          std::optional(ledger::BookingStatus::confirmed)}) {
      std::vector<ledger::Booking> expected = reader().bookings(booked);
      std::erase_if(expected, [&](const ledger::Booking& b) {
        return b.user != id_of<UserId>(user) || (status && b.status != *status);
      });
      std::sort(expected.begin(), expected.end(), [](const ledger::Booking& a, const ledger::Booking& b) {
        return std::pair(a.created_at, a.id) > std::pair(b.created_at, b.id);
      });
      ledger::BookingListQuery query;
      query.user = id_of<UserId>(user);
      query.status = status;
      query.limit = 6;
      std::vector<ledger::Booking> seen;
      for (;;) {
        const ledger::BookingPage page = reader().list_bookings(query);
        seen.insert(seen.end(), page.bookings.begin(), page.bookings.end());
        if (!page.next) break;
        query.after = page.next;
      }
      EXPECT_EQ(seen, expected);
      found += expected.size();
    }
  }
  EXPECT_GT(found, 50U);
}

}  // namespace
}  // namespace flightdeck::booking
