#include "booking/search_flights.h"

#include <gtest/gtest.h>

#include <deque>
#include <limits>

#include "doubles/booking_world.h"

namespace flightdeck::booking {
namespace {

using flights::ChangeClock;
using flights::SearchPage;
using flights::SearchQuery;
using test::world_start;

// Ids and seats of the page's flights.
std::string render(const SearchQuery&, const SearchPage& page) {
  std::string text;
  for (const flights::Flight& flight : page.flights) text += std::to_string(flight.available_seats) + " ";
  return text;
}

// Reads at once, and answers when it is told to.
class SlowIndex final : public flights::FlightSearch {
 public:
  explicit SlowIndex(flights::FlightSearch& index) : index_(index) {}

  Task<std::optional<SearchPage>> search(SearchQuery query, Instant now) override {
    ++searches;
    std::optional<SearchPage> page = co_await index_.search(std::move(query), now);
    if (!slow) co_return page;
    auto wait = callback_awaiter<bool>([this](auto done) { waiting_.push_back(std::move(done)); });
    const bool found = co_await wait;
    if (!found) co_return std::nullopt;
    co_return page;
  }

  // The oldest search under way ends; `found` false: the index is away.
  void answer(bool found = true) {
    const auto done = std::move(waiting_.front());
    waiting_.pop_front();
    done(found);
  }

  bool slow = false;
  int searches = 0;

 private:
  flights::FlightSearch& index_;
  std::deque<std::function<void(bool)>> waiting_;
};

class SearchFlightsTest : public ::testing::Test {
 protected:
  SearchFlightsTest() {
    world.changes.hears_until(ChangeClock::SteadyTime::max());
    flight = add(10);
  }
  flights::Flight add(std::int64_t seats, Instant departure = world_start + std::chrono::hours(24)) {
    flights::Flight added = flights::make_flight(FlightId{make_uuid_v7(world_start, world.random)},
                                                 test::flight_draft(seats), world_start);
    added.departure = departure;
    store(added);
    return added;
  }
  void store(const flights::Flight& row) {
    test::finish_inline(world.memory_index->update({row}, world.clock.now()));
  }
  void sell(std::int64_t left) {
    ++flight.version;
    flight.available_seats = left;
    store(flight);
  }
  SearchQuery query(std::size_t limit = 20) const {
    SearchQuery made;
    made.source = "jfk";
    made.destination = "lhr";
    made.date = flight.date;
    made.limit = limit;
    return made;
  }
  test::Started<SearchFlights::Page> start(std::size_t limit = 20) {
    return test::start(search.search(query(limit)));
  }
  std::string found() {
    if (const auto page = search.find(query())) return page->body;
    return test::finish(world.loop, search.search(query()))->body;
  }

  test::BookingWorld world;
  SlowIndex index{world.index};
  SearchFlights search{{index, world.ledger, world.clock, world.changes, world.lag, world.counters},
                       render,
                       {.pages = 256, .bytes = 1 << 20}};
  flights::Flight flight;
};

TEST_F(SearchFlightsTest, APageIsMadeOnceUntilSomethingChanges) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(found(), "10 ");
  EXPECT_EQ(index.searches, 1);
  sell(9);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(found(), "9 ");
  EXPECT_EQ(index.searches, 2);
  EXPECT_EQ(world.counters.search_pages_misses.get(), 2);
  EXPECT_EQ(world.counters.search_pages_hits.get(), 4);
}

TEST_F(SearchFlightsTest, AFlightThatCameOrWasSoldOutChangesThePage) {
  EXPECT_EQ(found(), "10 ");
  flight = add(5);
  EXPECT_NE(found(), "10 ");
  sell(0);
  EXPECT_EQ(found(), "10 ");
  sell(3);
  EXPECT_NE(found(), "10 ") << "a page knows the flights that it does not show";
}

TEST_F(SearchFlightsTest, AFlightLeavesAPageInMemoryAsItDeparts) {
  add(7, world_start + std::chrono::seconds(2));
  EXPECT_EQ(found(), "7 10 ");
  world.clock.set(world_start + std::chrono::milliseconds(1999));
  EXPECT_EQ(found(), "7 10 ");
  EXPECT_EQ(index.searches, 1);
  world.clock.set(world_start + std::chrono::seconds(2));
  EXPECT_EQ(found(), "10 ");
}

// Somebody who asks for what nobody else does: more between two askers of a page than memory has room for.
TEST_F(SearchFlightsTest, MadeUpCursorsAndSeatsTakeNoPageFromOthers) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(found(), "10 ");
  const auto ask = [this](const SearchQuery& made_up) {
    if (!search.find(made_up)) test::finish(world.loop, search.search(made_up));
  };
  for (std::int64_t n = 1; n <= 1000; ++n) {
    SearchQuery made_up = query();
    made_up.seats = n + 1;
    ask(made_up);
    made_up = query();
    made_up.after = flights::SearchPosition{n, {}, FlightId{}};
    ask(made_up);
    made_up.after->rank = std::numeric_limits<std::int64_t>::max() - n;
    ask(made_up);
    if (n % 100 != 0) continue;
    const int searches = index.searches;
    EXPECT_EQ(found(), "10 ");
    EXPECT_EQ(index.searches, searches) << n;
  }
}

TEST_F(SearchFlightsTest, HoweverManyAskAPageIsMadeOnce) {
  index.slow = true;
  std::vector<test::Started<SearchFlights::Page>> askers;
  for (int i = 0; i < 100; ++i) askers.push_back(start());
  auto other = start(5);
  EXPECT_EQ(index.searches, 2) << "one of each page";
  index.answer();
  for (auto& asker : askers) EXPECT_EQ(asker.take()->body, "10 ");
  EXPECT_FALSE(other.done());
  index.answer();
  EXPECT_EQ(other.take()->body, "10 ");
  EXPECT_EQ(world.counters.search_pages_shared.get(), 99);
}

TEST_F(SearchFlightsTest, WhoAsksAfterAChangeIsNotGivenWhatWasReadBefore) {
  index.slow = true;
  auto before = start();
  sell(9);
  auto after = start();
  auto after_too = start();
  index.answer();
  EXPECT_EQ(before.take()->body, "10 ");
  EXPECT_FALSE(after.done());
  EXPECT_EQ(index.searches, 2) << "those who could not use it make the next one together";
  // Later than both asked: the page that is under way will do.
  sell(8);
  index.answer();
  EXPECT_EQ(after.take()->body, "9 ");
  EXPECT_EQ(after_too.take()->body, "9 ");
  index.slow = false;
  EXPECT_EQ(found(), "8 ") << "it was not kept";
}

TEST_F(SearchFlightsTest, NothingIsSharedOrKeptWhileChangesAreNotHeard) {
  world.changes.hears_nothing();
  index.slow = true;
  auto first = start();
  auto second = start();
  EXPECT_EQ(index.searches, 2);
  index.answer();
  index.answer();
  EXPECT_TRUE(first.done() && second.done());
  index.slow = false;
  found();
  found();
  EXPECT_EQ(index.searches, 4);
}

TEST_F(SearchFlightsTest, TheLedgerIsAskedWhileTheIndexIsAway) {
  world.add_flight(1000);
  world.index.go_away(true);
  EXPECT_EQ(found(), "1000 ");
  world.index.go_away(false);
  EXPECT_EQ(found().size(), std::string("10 1000 ").size()) << "and its page was not kept";
}

TEST_F(SearchFlightsTest, WhatTheLedgerAnsweredIsNotKept) {
  index.slow = true;
  auto first = start();
  auto second = start();
  index.answer(false);
  world.loop.run();
  EXPECT_EQ(first.take()->body, "") << "the ledger has no flight";
  EXPECT_EQ(second.take()->body, "") << "nothing has changed since it was asked";
  index.slow = false;
  EXPECT_EQ(found(), "10 ");
}

TEST_F(SearchFlightsTest, WhoWaitedFailsWithIt) {
  index.slow = true;
  world.ledger.fail_reads(true);
  auto first = start();
  auto second = start();
  index.answer(false);
  world.loop.run();
  EXPECT_THROW(first.take(), UnavailableError);
  EXPECT_THROW(second.take(), UnavailableError);
  index.slow = false;
  EXPECT_EQ(found(), "10 ") << "a failure is not kept";
}

TEST_F(SearchFlightsTest, WhileTheIndexMayLagTheLedgerAnswersAndNothingIsKept) {
  EXPECT_EQ(found(), "10 ");
  EXPECT_EQ(index.searches, 1);
  ledger::LedgerChanges changes;
  // And the index has not been updated.
  flight.available_seats = 4;
  changes.inserted_flights = {flight};
  world.rows.begin({});
  world.rows.commit(changes);
  EXPECT_EQ(found(), "10 ") << "in memory";
  world.lag.begin();
  EXPECT_EQ(found(), "4 ");
  EXPECT_EQ(found(), "4 ");
  EXPECT_EQ(index.searches, 1);
  sell(4);
  world.lag.end();
  EXPECT_EQ(found(), "4 ");
  EXPECT_EQ(index.searches, 2);
  world.lag.last_until(ChangeClock::SteadyTime::max());
  EXPECT_EQ(found(), "4 ");
  EXPECT_EQ(index.searches, 2);
}

TEST_F(SearchFlightsTest, APageUnderWayIsNotSharedOnceTheIndexMayLag) {
  index.slow = true;
  auto first = start();
  world.loop.run();
  ledger::LedgerChanges changes;
  flight.available_seats = 4;
  changes.inserted_flights = {flight};
  world.rows.begin({});
  world.rows.commit(changes);
  world.lag.begin();
  auto second = start();
  world.loop.run();
  ASSERT_TRUE(second.done());
  EXPECT_EQ(second.take()->body, "4 ");
  index.answer();
  world.loop.run();
  EXPECT_EQ(first.take()->body, "10 ") << "asked for before";
}

}  // namespace
}  // namespace flightdeck::booking
