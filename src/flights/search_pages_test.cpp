#include "flights/search_pages.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <set>

namespace flightdeck::flights {
namespace {

TEST(TagOf, IsOfTheBodyAlone) {
  EXPECT_EQ(tag_of("a page"), tag_of(std::string("a page")));
  EXPECT_NE(tag_of("a page"), tag_of("a pagf"));
  EXPECT_NE(tag_of(""), tag_of("a"));
  EXPECT_EQ(tag_of("").size(), 18U);
  EXPECT_EQ(tag_of("a page").front(), '"');
  EXPECT_EQ(tag_of("a page").back(), '"');
}

FlightId flight_id(std::uint64_t n) {
  FlightId id;
  std::memcpy(id.value.data() + 8, &n, sizeof n);
  return id;
}

class SearchPagesTest : public ::testing::Test {
 protected:
  SearchPagesTest() { changes.hears_until(ChangeClock::SteadyTime::max()); }

  static SearchQuery query(int n) {
    SearchQuery made;
    made.source = "s" + std::to_string(n);
    made.destination = "d";
    made.date = parse_date("2030-06-01").value();
    return made;
  }
  // Read now, of these flights.
  std::shared_ptr<KeptPage> page(std::string body, int n = 0, std::vector<FlightId> looked_at = {}) const {
    SearchPage found;
    found.looked_at = std::move(looked_at);
    auto made = std::make_shared<KeptPage>();
    made->body = std::move(body);
    made->made_at = changes.now();
    made->slots = slots_of(query(n), found);
    return made;
  }
  std::string found(SearchPages& pages, int n) const {
    const auto page = pages.find(query(n), now);
    return page ? page->body : "";
  }

  std::unique_ptr<ChangeClock> owned = std::make_unique<ChangeClock>();
  ChangeClock& changes = *owned;
  PageTime now{from_unix_ms(1'000'000), ChangeClock::SteadyTime{std::chrono::hours(1)}};
};

TEST_F(SearchPagesTest, APageGoesWithAnythingItWasMadeOf) {
  SearchPages pages(changes);
  const auto keep = [&] { pages.keep(query(0), page("p", 0, {flight_id(1), flight_id(2)}), now); };
  keep();
  EXPECT_EQ(found(pages, 0), "p");
  EXPECT_EQ(found(pages, 1), "");
  changes.changed(ChangeClock::slot_of(flight_id(3)));
  EXPECT_EQ(found(pages, 0), "p");
  changes.changed(ChangeClock::slot_of(flight_id(2)));
  EXPECT_EQ(found(pages, 0), "");
  keep();
  changes.changed(ChangeClock::slot_of_route(route_key("s0", "d", query(0).date)));
  EXPECT_EQ(found(pages, 0), "");
  keep();
  changes.everything_changed();
  EXPECT_EQ(found(pages, 0), "");
  EXPECT_EQ(pages.pages(), 0U);
  EXPECT_EQ(pages.bytes(), 0U);
}

TEST_F(SearchPagesTest, EveryPartOfTheQueryCounts) {
  SearchPages pages(changes);
  std::vector<SearchQuery> queries(8, query(0));
  queries[1].source = "other";
  queries[2].destination = "other";
  queries[3].date = parse_date("2030-06-02").value();
  queries[4].sort = SortOrder::fastest;
  queries[5].limit = 21;
  queries[6].seats = 2;
  queries[7].after = SearchPosition{1, from_unix_ms(2), flight_id(3)};
  for (std::size_t i = 0; i < queries.size(); ++i) pages.keep(queries[i], page(std::to_string(i)), now);
  for (std::size_t i = 0; i < queries.size(); ++i)
    EXPECT_EQ(pages.find(queries[i], now)->body, std::to_string(i));
}

TEST_F(SearchPagesTest, AChangeWhileItWasMadeMakesItUseless) {
  SearchPages pages(changes);
  const auto made = page("p", 0, {flight_id(1)});
  changes.changed(ChangeClock::slot_of(flight_id(1)));
  pages.keep(query(0), made, now);
  EXPECT_EQ(pages.pages(), 0U);
}

TEST_F(SearchPagesTest, APageGoesWhenAFlightOfItDeparts) {
  SearchPages pages(changes);
  auto made = page("p");
  made->good_until = now.wall + Milliseconds(10);
  pages.keep(query(0), made, now);
  now.wall += Milliseconds(9);
  EXPECT_EQ(found(pages, 0), "p");
  now.wall += Milliseconds(1);
  EXPECT_EQ(found(pages, 0), "");
}

TEST_F(SearchPagesTest, NothingIsServedOrKeptWhileNothingIsHeard) {
  SearchPages pages(changes);
  changes.hears_until(now.steady + Milliseconds(10));
  pages.keep(query(0), page("p"), now);
  EXPECT_EQ(found(pages, 0), "p");
  now.steady += Milliseconds(10);
  EXPECT_EQ(found(pages, 0), "");
  pages.keep(query(1), page("q", 1), now);
  changes.hears_until(now.steady + Milliseconds(1));
  EXPECT_EQ(found(pages, 0), "p") << "heard of late, but nothing was lost";
  EXPECT_EQ(found(pages, 1), "");
  auto of_the_ledger = page("r", 2);
  of_the_ledger->whole = false;
  pages.keep(query(2), of_the_ledger, now);
  EXPECT_EQ(found(pages, 2), "");
}

TEST_F(SearchPagesTest, ThoseNotAskedForGoFirst) {
  SearchPages pages(changes, {.pages = 3, .bytes = 1 << 20});
  for (int i = 0; i < 3; ++i) pages.keep(query(i), page(std::to_string(i), i), now);
  EXPECT_EQ(found(pages, 0), "0");
  pages.keep(query(3), page("3", 3), now);
  EXPECT_EQ(found(pages, 1), "");
  for (const int i : {0, 2, 3}) EXPECT_EQ(found(pages, i), std::to_string(i));
}

TEST_F(SearchPagesTest, BytesAreBounded) {
  SearchPages pages(changes, {.pages = 1000, .bytes = 100'000});
  for (int i = 0; i < 100; ++i) {
    pages.keep(query(i), page(std::string(9000, 'x'), i), now);
    ASSERT_LE(pages.bytes(), 100'000U);
  }
  EXPECT_NE(found(pages, 99), "");
  EXPECT_GE(pages.pages(), 9U);
  pages.keep(query(7), page(std::string(200'000, 'x'), 7), now);
  EXPECT_EQ(found(pages, 7), "") << "too large, and it takes no others with it";
  EXPECT_GE(pages.pages(), 9U);
}

SearchPosition made_up(std::uint64_t n) {
  return {static_cast<std::int64_t>(n), from_unix_ms(static_cast<std::int64_t>(n % 7)), flight_id(n)};
}

TEST_F(SearchPagesTest, PagesThatAreAskedForStayWhateverElseIsMadeUp) {
  constexpr int popular = 20;
  SearchPages pages(changes, {.pages = 1000, .bytes = 1 << 22}, {1, 2});
  const auto ask = [&](const SearchQuery& wanted) {
    if (pages.find(wanted, now)) return true;
    pages.keep(wanted, page("p"), now);
    return false;
  };
  int asked = 0;
  int misses = 0;
  for (std::uint64_t n = 0; n < 20'000; ++n) {
    if (n % 1500 == 0) {
      for (int i = 0; i < popular; ++i) {
        ++asked;
        if (!ask(query(i))) ++misses;
        for (int others = 0; others < 3; ++others) ask(query(i));
      }
    }
    SearchQuery wanted = query(static_cast<int>(n % popular));
    switch (n % 4) {
      case 0: wanted.after = made_up(n); break;
      case 1: wanted.seats = static_cast<std::int64_t>(n % 100); break;
      case 2: wanted.source = "nowhere" + std::to_string(n); break;
      default: break;
    }
    if (n % 4 != 2) wanted.limit = 21 + n;
    ask(wanted);
    ask(wanted);
  }
  // The first ones, and then a few: where whoever came last always stayed, each would be one.
  EXPECT_LT(misses, popular + asked / 5);
}

TEST_F(SearchPagesTest, WhatNobodyNeedsTwiceIsNotKept) {
  SearchPages pages(changes);
  SearchQuery many = query(0);
  many.seats = limits::seats_per_booking_ceiling;
  pages.keep(many, page("m"), now);
  EXPECT_NE(pages.find(many, now), nullptr);
  ++many.seats;
  pages.keep(many, page("m"), now);
  EXPECT_EQ(pages.find(many, now), nullptr) << "more than any booking has";

  SearchQuery behind = query(1);
  behind.after = made_up(1);
  const auto nothing = page("", 1);
  nothing->empty = true;
  pages.keep(behind, nothing, now);
  EXPECT_EQ(pages.find(behind, now), nullptr);
  pages.keep(query(1), nothing, now);
  EXPECT_NE(pages.find(query(1), now), nullptr) << "a route without flights is";
}

TEST(SearchQueryHash, IsOfEveryPartOfTheQueryAndOfTheKey) {
  const SearchQueryHash hash{{3, 4}};
  std::set<std::size_t> seen;
  SearchQuery query;
  query.source = "jfk";
  query.destination = "lhr";
  EXPECT_TRUE(seen.insert(hash(query)).second);
  EXPECT_TRUE(seen.insert(SearchQueryHash{{3, 5}}(query)).second);
  for (std::uint64_t n = 1; n <= 2000; ++n) {
    SearchQuery other = query;
    other.seats = static_cast<std::int64_t>(n + 1);
    EXPECT_TRUE(seen.insert(hash(other)).second) << "seats " << n;
    other = query;
    other.after = SearchPosition{static_cast<std::int64_t>(n), Instant{}, {}};
    EXPECT_TRUE(seen.insert(hash(other)).second) << "rank " << n;
    other.after = SearchPosition{0, from_unix_ms(static_cast<std::int64_t>(n)), {}};
    EXPECT_TRUE(seen.insert(hash(other)).second) << "departure " << n;
    other.after = SearchPosition{0, Instant{}, {}};
    // The half that is of the time.
    std::memcpy(other.after->id.value.data(), &n, sizeof n);
    EXPECT_TRUE(seen.insert(hash(other)).second) << "id " << n;
  }
}

// Flights have a number each, a page shows those of its flights. Readings, changes and rebuilds come in any
// order; whatever was told before a page is asked for shows on it.
TEST_F(SearchPagesTest, NoPageIsOlderThanWhatWasTold) {
  constexpr std::uint64_t flights = 6;
  constexpr int routes = 4;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SeededRandom random(seed);
    const auto below = [&random](std::uint64_t n) { return random.next() % n; };
    SearchPages pages(changes, {.pages = 3, .bytes = 1 << 20});
    std::map<std::uint64_t, int> truth;
    std::map<std::uint64_t, int> told;
    struct Reading {
      int route = 0;
      std::shared_ptr<KeptPage> page;
      std::map<std::uint64_t, int> seen;
    };
    std::vector<Reading> under_way;
    std::map<const KeptPage*, std::map<std::uint64_t, int>> shown;
    std::vector<std::shared_ptr<KeptPage>> alive;
    for (int step = 0; step < 400; ++step) {
      switch (below(5)) {
        case 0: ++truth[below(flights)]; break;
        // Told of late, perhaps again.
        case 1: {
          const std::uint64_t id = below(flights);
          changes.changed(ChangeClock::slot_of(flight_id(id)));
          told[id] = truth[id];
          break;
        }
        case 2: {
          const int route = static_cast<int>(below(routes));
          std::vector<FlightId> of_route;
          for (std::uint64_t id = 0; id < flights; ++id) {
            if ((id + static_cast<std::uint64_t>(route)) % 3 != 0) of_route.push_back(flight_id(id));
          }
          under_way.push_back({route, page("p", route, of_route), {}});
          for (std::uint64_t id = 0; id < flights; ++id) {
            if ((id + static_cast<std::uint64_t>(route)) % 3 != 0) under_way.back().seen[id] = truth[id];
          }
          break;
        }
        case 3:
          if (under_way.empty()) break;
          alive.push_back(under_way.front().page);
          shown[alive.back().get()] = under_way.front().seen;
          pages.keep(query(under_way.front().route), under_way.front().page, now);
          under_way.erase(under_way.begin());
          break;
        default: {
          const auto page = pages.find(query(static_cast<int>(below(routes))), now);
          if (!page) break;
          for (const auto& [id, number] : shown.at(page.get()))
            ASSERT_GE(number, told[id]) << "seed " << seed << " step " << step;
        }
      }
    }
  }
}

}  // namespace
}  // namespace flightdeck::flights
