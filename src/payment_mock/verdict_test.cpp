#include "payment_mock/verdict.h"

#include <gtest/gtest.h>

#include <set>

namespace flightdeck::payment_mock {
namespace {

BookingId make_id(Random& random) { return BookingId{make_uuid_v7(from_unix_ms(1'796'110'245'123), random)}; }

double share(const MockSettings& settings, bool (*question)(const MockSettings&, BookingId),
             int ids = 10'000) {
  SeededRandom random(1);
  int yes = 0;
  for (int i = 0; i < ids; ++i) yes += question(settings, make_id(random)) ? 1 : 0;
  return static_cast<double>(yes) / ids;
}

TEST(Verdict, SucceedsAboutAsOftenAsItShould) {
  for (const double rate : {0.1, 0.5, 0.75, 0.99}) {
    EXPECT_NEAR(share({.success_rate = rate}, succeeds), rate, 0.02);
    EXPECT_NEAR(share({.success_rate = rate, .seed = 77}, succeeds), rate, 0.02);
  }
  EXPECT_EQ(share({.success_rate = 0}, succeeds), 0);
  EXPECT_EQ(share({.success_rate = 1}, succeeds), 1);
}

TEST(Verdict, StaysSilentAboutAsOftenAsItShould) {
  for (const double rate : {0.1, 0.5}) EXPECT_NEAR(share({.timeout_rate = rate}, stays_silent), rate, 0.02);
  EXPECT_EQ(share({.timeout_rate = 0}, stays_silent), 0);
  EXPECT_EQ(share({.timeout_rate = 1}, stays_silent), 1);
}

TEST(Verdict, SilenceSaysNothingAboutSuccess) {
  const MockSettings settings{.success_rate = 0.5, .timeout_rate = 0.5};
  SeededRandom random(2);
  int both = 0;
  for (int i = 0; i < 10'000; ++i) {
    const BookingId id = make_id(random);
    both += succeeds(settings, id) && stays_silent(settings, id) ? 1 : 0;
  }
  EXPECT_NEAR(both / 10'000.0, 0.25, 0.02);
}

TEST(Verdict, DependsOnSeedAndBookingOnly) {
  const MockSettings settings{.success_rate = 0.5};
  const MockSettings other_seed{.success_rate = 0.5, .seed = 1};
  SeededRandom random(3);
  int differing = 0;
  for (int i = 0; i < 1000; ++i) {
    const BookingId id = make_id(random);
    EXPECT_EQ(succeeds(settings, id), succeeds(settings, id));
    differing += succeeds(settings, id) != succeeds(other_seed, id) ? 1 : 0;
  }
  EXPECT_GT(differing, 300);
}

TEST(Delay, IsAnywhereBetweenItsBounds) {
  const MockSettings settings{.min_delay = Milliseconds{3}, .max_delay = Milliseconds{6}};
  SeededRandom random(4);
  std::set<Milliseconds> drawn;
  for (int i = 0; i < 1000; ++i) drawn.insert(draw_delay(settings, random));
  EXPECT_EQ(drawn, (std::set{Milliseconds{3}, Milliseconds{4}, Milliseconds{5}, Milliseconds{6}}));
}

TEST(Delay, MayBeFixed) {
  SeededRandom random(5);
  EXPECT_EQ(draw_delay({.min_delay = Milliseconds{7}, .max_delay = Milliseconds{7}}, random),
            Milliseconds{7});
}

TEST(PaymentNames, AreReadableAndStable) {
  const auto id = BookingId::parse("01970000-1234-7abc-8def-0123456789ab");
  ASSERT_TRUE(id);
  EXPECT_EQ(payment_id(*id), "pay_0197000012347abc8def0123456789ab");
  EXPECT_EQ(refund_id(*id), "ref_0197000012347abc8def0123456789ab");
}

}  // namespace
}  // namespace flightdeck::payment_mock
