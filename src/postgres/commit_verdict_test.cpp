#include "postgres/commit_verdict.h"

#include <gtest/gtest.h>

namespace flightdeck::postgres {
namespace {

TEST(CommitVerdict, IsDoneWhenCommittedWithEveryRow) {
  EXPECT_EQ(commit_verdict(TransactionStatus::committed, 3, 3), CommitVerdict::done);
  EXPECT_EQ(commit_verdict(TransactionStatus::committed, 0, 0), CommitVerdict::done);
}

TEST(CommitVerdict, RowsThatAreMissingMeanThatAFailoverLostThem) {
  EXPECT_EQ(commit_verdict(TransactionStatus::committed, 3, 2), CommitVerdict::conflict);
  EXPECT_EQ(commit_verdict(TransactionStatus::committed, 1, 0), CommitVerdict::conflict);
}

TEST(CommitVerdict, WhatWasNeverCommittedIsDecidedAnewWhateverRowsThereAre) {
  for (const std::int64_t found : {0, 3}) {
    EXPECT_EQ(commit_verdict(TransactionStatus::aborted, 3, found), CommitVerdict::conflict);
    EXPECT_EQ(commit_verdict(TransactionStatus::never_was, 3, found), CommitVerdict::conflict);
  }
}

TEST(CommitVerdict, NothingIsSaidOfWhatStillRunsOrIsForgotten) {
  for (const std::int64_t found : {0, 3}) {
    EXPECT_EQ(commit_verdict(TransactionStatus::in_progress, 3, found), CommitVerdict::ask_again);
    EXPECT_EQ(commit_verdict(TransactionStatus::forgotten, 3, found), CommitVerdict::unknown);
  }
}

TEST(CommitVerdict, ReadsWhatPostgresqlSays) {
  EXPECT_EQ(parse_transaction_status("committed"), TransactionStatus::committed);
  EXPECT_EQ(parse_transaction_status("aborted"), TransactionStatus::aborted);
  EXPECT_EQ(parse_transaction_status("in progress"), TransactionStatus::in_progress);
  EXPECT_EQ(parse_transaction_status(std::nullopt), TransactionStatus::forgotten);
  EXPECT_EQ(parse_transaction_status(""), TransactionStatus::forgotten);
}

}  // namespace
}  // namespace flightdeck::postgres
