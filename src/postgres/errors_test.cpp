#include "postgres/errors.h"

#include <gtest/gtest.h>

#include "ledger/ledger.h"

namespace flightdeck::postgres {
namespace {

TEST(Errors, WhatDecidingAnewAnswersIsAConflict) {
  for (const char* state : {"40001", "40P01", "23505", "22021", "22003", "23514"}) {
    EXPECT_EQ(meaning_of(state), Meaning::conflict) << state;
    EXPECT_THROW(throw_as_ledger_error(DatabaseError(state, "x")), ledger::LedgerConflict) << state;
  }
}

TEST(Errors, EverythingElseMeansUnavailable) {
  // Shutting down, starting up, too many clients, disk full.
  for (const char* state : {"57P01", "57P03", "53300", "53100", ""}) {
    EXPECT_EQ(meaning_of(state), Meaning::unavailable) << state;
    EXPECT_THROW(throw_as_ledger_error(DatabaseError(state, "x")), UnavailableError) << state;
  }
}

TEST(Errors, ALockThatWasNotHadIsNoOutage) {
  EXPECT_EQ(meaning_of("55P03"), Meaning::locked);
  EXPECT_THROW(throw_as_ledger_error(DatabaseError("55P03", "x")), ledger::RowsLockedError);
}

TEST(Errors, AStatementThatBecameInvalidMakesAConnectionStale) {
  for (const char* state : {"0A000", "26000"}) EXPECT_EQ(meaning_of(state), Meaning::stale) << state;
}

TEST(Errors, AServerThatTakesNoWritesIsTheWrongOne) {
  EXPECT_EQ(meaning_of("25006"), Meaning::elsewhere);
  EXPECT_THROW(throw_as_ledger_error(DatabaseError("25006", "x")), UnavailableError);
}

struct Failing {
  const char* text;
  bool lasting;
};

class ConnectFailures : public ::testing::TestWithParam<Failing> {};

TEST_P(ConnectFailures, LastOrPass) {
  EXPECT_EQ(connect_failure(GetParam().text).lasting, GetParam().lasting) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, ConnectFailures,
    ::testing::Values(
        // What passes.
        Failing{"connection to server at \"127.0.0.1\", port 5432 failed: Connection refused\n\tIs the "
                "server running "
                "on that host and accepting TCP/IP connections?\n",
                false},
        Failing{"could not translate host name \"postgres\" to address: Name or service not known\n", false},
        Failing{"connection to server at \"a\" (1.2.3.4), port 5432 failed: FATAL:  57P03: the database "
                "system is "
                "starting up\nLOCATION:  ProcessStartupPacket, postmaster.c:2360\n",
                false},
        Failing{"… failed: FATAL:  53300: sorry, too many clients already\n", false},
        Failing{"… failed: FATAL:  57P01: terminating connection due to administrator command\n", false},
        Failing{"… failed: server closed the connection unexpectedly\n\tThis probably means …\n", false},
        Failing{"… failed: SSL SYSCALL error: EOF detected\n", false},
        Failing{"… failed: session is read-only\n", false},
        Failing{
            "… failed: FATAL:  08P01: server login has been failing, try again later (server_login_retry)\n",
            false},
        Failing{"… failed: FATAL:  08P01: server login failed: FATAL the database system is starting up\n",
                false},
        Failing{"… failed: FATAL:  08P01: pgbouncer cannot connect to server\n", false},
        Failing{"… failed: FATAL:  08P01: no more connections allowed (max_client_conn)\n", false},
        // One address after the other: the last one counts.
        Failing{
            "… \"::1\" … failed: FATAL:  28000: no pg_hba.conf entry\n… failed: FATAL:  57P03: starting up\n",
            false},
        // What lasts.
        Failing{"… failed: FATAL:  28P01: password authentication failed for user \"me\"\n", true},
        Failing{"… failed: FATAL:  3D000: database \"flights\" does not exist\n", true},
        Failing{"… failed: FATAL:  28000: role \"me\" does not exist\n", true},
        Failing{"… failed: FATAL:  28000: no pg_hba.conf entry for host \"10.0.0.1\"\n", true},
        Failing{"… failed: FATAL:  08P01: unsupported startup parameter: options\n", true},
        Failing{"… failed: FATAL:  08P01: server login failed: FATAL password authentication failed for user "
                "\"me\"\n",
                true},
        Failing{"… failed: FATAL:  08P01: no such database: flights\n", true},
        Failing{"… failed: SSL error: certificate verify failed\n", true},
        Failing{"… failed: server does not support SSL, but SSL was required\n", true},
        Failing{"… failed: fe_sendauth: no password supplied\n", true},
        Failing{"invalid port number: \"x\"\n", true}));

TEST(Errors, AConnectFailureIsToldOnOneLineWithoutPlacesInSources) {
  EXPECT_EQ(
      connect_failure("failed: FATAL:  57P03: the database system is starting up\nLOCATION:  x, y.c:1\n")
          .line,
      "failed: FATAL:  57P03: the database system is starting up");
  EXPECT_EQ(connect_failure("").line, "");
}

TEST(Errors, MessagesAreOneLine) {
  EXPECT_EQ(one_line("first\n\tsecond\n"), "first;  second");
  EXPECT_EQ(one_line(""), "");
  EXPECT_EQ(one_line("\n\n"), "");
}

}  // namespace
}  // namespace flightdeck::postgres
