#include "postgres/errors.h"

#include <gtest/gtest.h>

#include "booking/ledger.h"

namespace flightdeck::postgres {
namespace {

TEST(Errors, WhatDecidingAnewAnswersIsAConflict) {
  for (const char* state : {"40001", "40P01", "23505", "22021", "22003", "23514"}) {
    EXPECT_EQ(meaning_of(state), Meaning::conflict) << state;
    EXPECT_THROW(throw_as_ledger_error(DatabaseError(state, "x")), booking::LedgerConflict) << state;
  }
}

TEST(Errors, EverythingElseMeansUnavailable) {
  // Shutting down, starting up, too many clients, disk full, lock not had in time.
  for (const char* state : {"57P01", "57P03", "53300", "53100", "55P03", ""}) {
    EXPECT_EQ(meaning_of(state), Meaning::unavailable) << state;
    EXPECT_THROW(throw_as_ledger_error(DatabaseError(state, "x")), UnavailableError) << state;
  }
}

TEST(Errors, AServerThatTakesNoWritesIsTheWrongOne) {
  EXPECT_EQ(meaning_of("25006"), Meaning::elsewhere);
  EXPECT_THROW(throw_as_ledger_error(DatabaseError("25006", "x")), UnavailableError);
}

TEST(Errors, MessagesAreOneLine) {
  EXPECT_EQ(one_line("first\n\tsecond\n"), "first;  second");
  EXPECT_EQ(one_line(""), "");
  EXPECT_EQ(one_line("\n\n"), "");
}

}  // namespace
}  // namespace flightdeck::postgres
