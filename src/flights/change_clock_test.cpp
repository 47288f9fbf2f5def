#include "flights/change_clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "flights/search.h"

namespace flightdeck::flights {
namespace {

using Slots = std::vector<ChangeClock::Slot>;

FlightId flight(std::uint8_t n) {
  FlightId id;
  id.value.data()[15] = n;
  return id;
}

class ChangeClockTest : public ::testing::Test {
 protected:
  std::unique_ptr<ChangeClock> owned = std::make_unique<ChangeClock>();
  ChangeClock& clock = *owned;
};

TEST_F(ChangeClockTest, KnowsWhatHasChangedSince) {
  const Slots slots{1, 2};
  const ChangeClock::Moment before = clock.now();
  EXPECT_TRUE(clock.unchanged(before, slots));
  clock.changed(3);
  EXPECT_TRUE(clock.unchanged(before, slots)) << "something else";
  clock.changed(2);
  EXPECT_FALSE(clock.unchanged(before, slots));
  const ChangeClock::Moment after = clock.now();
  EXPECT_TRUE(clock.unchanged(after, slots));
  EXPECT_TRUE(clock.unchanged(after, {}));
  clock.everything_changed();
  EXPECT_FALSE(clock.unchanged(after, {}));
  EXPECT_TRUE(clock.unchanged(clock.now(), slots));
}

TEST_F(ChangeClockTest, HearsUntilItIsSaid) {
  const ChangeClock::SteadyTime now = std::chrono::steady_clock::now();
  EXPECT_FALSE(clock.hears(now)) << "until somebody says so";
  clock.hears_until(now + std::chrono::milliseconds(5));
  EXPECT_TRUE(clock.hears(now));
  EXPECT_FALSE(clock.hears(now + std::chrono::milliseconds(5)));
  clock.hears_until(ChangeClock::SteadyTime::max());
  EXPECT_TRUE(clock.hears(now + std::chrono::hours(1'000'000)));
  clock.hears_nothing();
  EXPECT_FALSE(clock.hears(now));
}

TEST_F(ChangeClockTest, SlotsAreWithinTheTableAndDiffer) {
  EXPECT_NE(ChangeClock::slot_of(flight(1)), ChangeClock::slot_of(flight(2)));
  const Date date = parse_date("2030-06-01").value();
  const auto slot = ChangeClock::slot_of_route(route_key("jfk", "lhr", date));
  EXPECT_NE(slot, ChangeClock::slot_of_route(route_key("lhr", "jfk", date)));
  EXPECT_NE(slot, ChangeClock::slot_of_route(route_key("jfk", "lhr", parse_date("2030-06-02").value())));
  SeededRandom random(1);
  std::set<ChangeClock::Slot> flights;
  std::set<ChangeClock::Slot> routes;
  for (int i = 0; i < 1000; ++i) {
    const FlightId id{make_uuid_v7(from_unix_ms(i), random)};
    flights.insert(ChangeClock::slot_of(id));
    routes.insert(ChangeClock::slot_of_route(id.str()));
  }
  for (const auto& slots : {flights, routes}) {
    EXPECT_LT(*slots.rbegin(), ChangeClock::slot_count);
    EXPECT_GT(slots.size(), 950U) << "of 1000; about 30 meet by chance";
  }
}

// Threads change one value each and tell of it afterwards, as others do; the reader keeps what it has read as
// long as the clock says that it is unchanged. Whatever was told before it asks must be in what it kept.
TEST_F(ChangeClockTest, NothingToldIsMissedWhateverTheThreadsDo) {
  constexpr std::size_t values = 4;
  constexpr int changes = 20'000;
  // All in one slot: marks overtake each other there.
  constexpr ChangeClock::Slot shared = 7;
  std::array<std::atomic<int>, values> value{};
  std::array<std::atomic<int>, values> told{};
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < values; ++i) {
    writers.emplace_back([&, i] {
      for (int n = 1; n <= changes; ++n) {
        value[i] = n;
        clock.changed(shared);
        told[i] = n;
      }
    });
  }
  const Slots slots{shared};
  std::array<int, values> kept{};
  ChangeClock::Moment kept_at = 0;
  const auto read_again = [&] {
    kept_at = clock.now();
    for (std::size_t i = 0; i < values; ++i) kept[i] = value[i];
  };
  read_again();
  bool all_done = false;
  while (!all_done) {
    std::array<int, values> known{};
    for (std::size_t i = 0; i < values; ++i) known[i] = told[i];
    all_done = std::all_of(known.begin(), known.end(), [](int n) { return n == changes; });
    if (clock.unchanged(kept_at, slots)) {
      for (std::size_t i = 0; i < values; ++i) EXPECT_GE(kept[i], known[i]);
    } else {
      read_again();
    }
    if (HasFailure()) break;
  }
  for (std::thread& writer : writers) writer.join();
  if (!clock.unchanged(kept_at, slots)) return;
  for (const int n : kept) EXPECT_EQ(n, changes);
}

}  // namespace
}  // namespace flightdeck::flights
