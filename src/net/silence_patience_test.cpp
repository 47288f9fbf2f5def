#include "net/silence_patience.h"

#include <gtest/gtest.h>

namespace flightdeck::net {
namespace {

constexpr Milliseconds least{250};

TEST(SilencePatience, IsTheLeastWhileAnswersAreQuick) {
  SilencePatience patience(least);
  EXPECT_EQ(patience.now(), least);
  patience.note_answer(Milliseconds(20));
  EXPECT_EQ(patience.now(), least);
}

TEST(SilencePatience, IsFarLongerThanAnswersTake) {
  SilencePatience patience(least);
  patience.note_answer(Milliseconds(1000));
  EXPECT_EQ(patience.now(), limits::payment_silence_answers * Milliseconds(1000));
  for (int i = 0; i < 1000; ++i) patience.note_answer(Milliseconds(5));
  EXPECT_EQ(patience.now(), least);
}

TEST(SilencePatience, GrowsUntilAnAnswerComes) {
  SilencePatience patience(least);
  patience.note_loss();
  patience.note_loss();
  EXPECT_EQ(patience.now(), 4 * least);
  for (int i = 0; i < 100; ++i) patience.note_loss();
  EXPECT_GT(patience.now(), limits::payment_call_deadline);
  patience.note_answer(Milliseconds(5));
  EXPECT_EQ(patience.now(), least);
}

}  // namespace
}  // namespace flightdeck::net
