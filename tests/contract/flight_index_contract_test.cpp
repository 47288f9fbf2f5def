// What a flight index promises, with the in-memory ledger as the model of its answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "contract/temporary_ledger.h"
#include "contract/under_test.h"
#include "core/limits.h"
#include "doubles/booking_world.h"
#include "redis/redis_flight_index.h"

namespace flightdeck::flights {
namespace {

using test::id_of;
using test::world_start;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using IndexUnderTest = test::UnderTest<FlightIndex>;

struct IndexKind {
  std::string name;
  std::function<std::unique_ptr<IndexUnderTest>()> make;
};

class FlightIndexContract : public ::testing::TestWithParam<IndexKind> {
 protected:
  FlightIndexContract() { renew(); }
  // An empty index that has been told of everything there is.
  void renew() {
    under_test = GetParam().make();
    EXPECT_TRUE(run(index().complete_rebuild()));
  }
  template <class T>
  T run(Task<T> task) {
    return under_test->run(std::move(task));
  }
  FlightIndex& index() { return under_test->port(); }

  void update(std::vector<Flight> flights) { EXPECT_TRUE(run(index().update(std::move(flights), now))); }
  SearchPage search(SearchQuery query) { return run(index().search(std::move(query), now)).value(); }
  std::vector<FlightId> found(std::int64_t seats = 0) {
    SearchQuery query;
    query.source = "jfk";
    query.destination = "lhr";
    query.date = Date{std::chrono::floor<std::chrono::days>(world_start + std::chrono::hours{24})};
    query.seats = seats;
    query.limit = 100;
    std::vector<FlightId> ids;
    for (const Flight& flight : search(query).flights) ids.push_back(flight.id);
    return ids;
  }
  static Flight flight(std::uint8_t n, std::int64_t version = 1) {
    Flight made = make_flight(id_of<FlightId>(n), test::flight_draft(10), world_start);
    made.version = version;
    return made;
  }

  std::unique_ptr<IndexUnderTest> under_test;
  Instant now = world_start;
};

INSTANTIATE_TEST_SUITE_P(
    All, FlightIndexContract,
    ::testing::Values(IndexKind{"Memory", IndexUnderTest::in_memory<memory::MemoryFlightIndex>},
                      IndexKind{"Redis", IndexUnderTest::in_redis<redis::RedisFlightIndex>}),
    [](const auto& kind) { return kind.param.name; });

TEST_P(FlightIndexContract, FindsWhatItWasTold) {
  EXPECT_THAT(found(), IsEmpty());
  update({flight(1), flight(2)});
  EXPECT_THAT(found(), UnorderedElementsAre(id_of<FlightId>(1), id_of<FlightId>(2)));
}

TEST_P(FlightIndexContract, IsCompleteOnceMarked) {
  EXPECT_EQ(run(index().begin_rebuild()), RebuildStart::unneeded);
}

TEST_P(FlightIndexContract, TheHigherVersionStays) {
  Flight newer = flight(1, 5);
  newer.available_seats = 3;
  update({newer});
  update({flight(1, 4)});
  EXPECT_THAT(found(4), IsEmpty());
  EXPECT_THAT(found(3), ElementsAre(newer.id));
  update({flight(1, 6), newer, flight(1, 2)});
  EXPECT_THAT(found(10), ElementsAre(newer.id));
}

TEST_P(FlightIndexContract, VersionsThatTheLedgerNeverCameToAreForgotten) {
  Flight lost = flight(1, 9);
  lost.destination = "CDG";
  update({lost, flight(2, 2)});
  std::vector<StoredVersion> seen = run(index().versions({lost.id, id_of<FlightId>(2), id_of<FlightId>(3)}));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].flight, lost.id);
  EXPECT_EQ(seen[0].version, 9);
  EXPECT_EQ(seen[1].version, 2);
  seen.pop_back();
  EXPECT_TRUE(run(index().forget_versions(seen)));
  EXPECT_THAT(found(), ElementsAre(id_of<FlightId>(2))) << "shown as it was until it is told";
  update({flight(1, 7)});
  EXPECT_THAT(found(), UnorderedElementsAre(lost.id, id_of<FlightId>(2)));
  update({flight(1, 6)});
  EXPECT_EQ(run(index().versions({lost.id})).at(0).version, 7) << "of the rows that come, the latest stays";
}

TEST_P(FlightIndexContract, AVersionIsNotForgottenOnceAnythingWasTakenIn) {
  update({flight(1, 9)});
  const std::vector<StoredVersion> seen = run(index().versions({flight(1).id}));
  Flight newer = flight(1, 10);
  newer.destination = "CDG";
  update({newer});
  EXPECT_TRUE(run(index().forget_versions(seen)));
  update({flight(1, 8)});
  EXPECT_THAT(found(), IsEmpty()) << "the newer one stays";
}

TEST_P(FlightIndexContract, AMovedFlightIsFoundAtItsNewPlaceOnly) {
  update({flight(1)});
  Flight moved = flight(1, 2);
  moved.destination = "CDG";
  update({moved});
  EXPECT_THAT(found(), IsEmpty());
  Flight back = flight(1, 3);
  back.departure += std::chrono::minutes{5};
  update({back});
  EXPECT_THAT(found(), ElementsAre(back.id));
}

TEST_P(FlightIndexContract, ACancelledFlightLeavesForGood) {
  update({flight(1)});
  Flight cancelled = flight(1, 2);
  cancelled.status = FlightStatus::cancelled;
  update({cancelled});
  EXPECT_THAT(found(), IsEmpty());
  update({flight(1, 1)});
  EXPECT_THAT(found(), IsEmpty()) << "an older row does not bring it back";
  cancelled.id = id_of<FlightId>(2);
  update({cancelled});
  update({flight(2, 1)});
  EXPECT_THAT(found(), IsEmpty()) << "nor one that comes first after it";
}

TEST_P(FlightIndexContract, DepartedFlightsAreNotFoundAndLeave) {
  Flight later = flight(2);
  later.departure += std::chrono::minutes{10};
  Flight cancelled = flight(3, 2);
  cancelled.status = FlightStatus::cancelled;
  update({flight(1), later, cancelled});
  EXPECT_THAT(run(index().drop_departed(now)), IsEmpty());
  now = flight(1).departure;
  EXPECT_THAT(found(), ElementsAre(later.id)) << "at the moment of departure";
  EXPECT_THAT(run(index().drop_departed(now)), ElementsAre(id_of<FlightId>(1)));
  EXPECT_THAT(run(index().drop_departed(now)), IsEmpty());
  update({flight(1, 9)});
  EXPECT_THAT(found(), ElementsAre(later.id)) << "departed flights do not come in";
}

TEST_P(FlightIndexContract, DepartedFlightsLeaveInBatches) {
  SeededRandom random(1);
  std::vector<Flight> many(limits::sweep_batch + 5, flight(1));
  for (Flight& one : many) one.id.value = make_uuid_v7(now, random);
  update(many);
  now = flight(1).departure;
  EXPECT_EQ(run(index().drop_departed(now)).size(), limits::sweep_batch);
  EXPECT_EQ(run(index().drop_departed(now)).size(), 5U);
  EXPECT_EQ(run(index().drop_departed(now)).size(), 0U);
}

// Random rows told in random order, repeated and outdated ones among them, against the ledger's own answers.
TEST_P(FlightIndexContract, AnswersAsTheLedgerDoes) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    renew();
    now = world_start;
    SeededRandom random(seed);
    const auto pick = [&](std::int64_t n) {
      return static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(n));
    };
    memory::MemoryLedger ledger;
    std::vector<Flight> told;
    for (std::uint8_t n = 0; n < 60; ++n) {
      ledger::LedgerChanges changes;
      Flight row = flight(n);
      for (std::int64_t version = 1; version <= 1 + pick(4); ++version) {
        row.version = version;
        row.flight_number = "FD" + std::to_string(n);
        row.source = pick(4) == 0 ? "Jfk" : "JFK";
        row.destination = pick(5) == 0 ? "CDG" : "LHR";
        row.departure = world_start + std::chrono::hours{20 + pick(8)};
        row.arrival =
            pick(4) == 0 ? std::nullopt : std::optional(row.departure + std::chrono::hours{1 + pick(3)});
        row.price = Money{100 * pick(4)};
        row.available_seats = pick(11);
        row.status = pick(8) == 0 ? FlightStatus::cancelled : FlightStatus::scheduled;
        told.push_back(row);
        if (row.status == FlightStatus::cancelled) break;
      }
      changes.inserted_flights = {row};
      ledger.begin({});
      ledger.commit(changes);
    }
    const std::vector<Flight> once = told;
    told.insert(told.end(), once.begin(), once.begin() + static_cast<std::ptrdiff_t>(once.size() / 2));
    for (std::size_t i = told.size() - 1; i > 0; --i) {
      std::swap(told[i], told[static_cast<std::size_t>(pick(static_cast<std::int64_t>(i + 1)))]);
    }
    for (const Flight& row : told) update({row});

    now = world_start + std::chrono::hours{20 + pick(4)};
    for (const SortOrder sort : {SortOrder::price, SortOrder::fastest, SortOrder::departure}) {
      SearchQuery query;
      query.source = "jfk";
      query.destination = "lhr";
      query.date = Date{std::chrono::floor<std::chrono::days>(world_start + std::chrono::hours{24})};
      query.sort = sort;
      query.seats = pick(5);
      query.limit = static_cast<std::size_t>(1 + pick(7));
      for (int pages = 0; pages < 100; ++pages) {
        const SearchPage expected = ledger.search(query, now);
        const SearchPage page = search(query);
        ASSERT_EQ(page.flights, expected.flights);
        ASSERT_EQ(page.more, expected.more);
        compared += page.flights.size();
        if (!page.more) break;
        query.after = parse_cursor(format_cursor(position_of(page.flights.back(), sort)));
      }
    }
  }
  EXPECT_GT(compared, 1000U);
}

TEST_P(FlightIndexContract, ALookTellsTheRowAndThatItStandsWhereItShould) {
  update({flight(1, 4)});
  const auto states = run(index().inspect({flight(1), flight(2)}, now));
  ASSERT_TRUE(states);
  EXPECT_TRUE(states->complete);
  ASSERT_EQ(states->flights.size(), 2U);
  ASSERT_TRUE(states->flights[0].row);
  EXPECT_EQ(*states->flights[0].row, flight(1, 4));
  EXPECT_EQ(states->flights[0].missing, 0U);
  EXPECT_EQ(states->flights[0].extra, 0U);
  EXPECT_FALSE(states->flights[1].row);
}

TEST_P(FlightIndexContract, ALookTellsOfPlacesThatAFlightOffSaleStillHas) {
  update({flight(1)});
  Flight closed = flight(1, 2);
  closed.status = FlightStatus::cancelled;
  auto states = run(index().inspect({closed}, now));
  EXPECT_EQ(states->flights[0].extra, 3U) << "nobody has told the index yet";
  update({closed});
  states = run(index().inspect({closed}, now));
  EXPECT_EQ(states->flights[0].extra, 0U);
  EXPECT_EQ(states->flights[0].missing, 0U);
}

}  // namespace
}  // namespace flightdeck::flights
