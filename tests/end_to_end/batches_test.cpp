// Group commit as it is seen from outside: a crowd shares commits, a lone client waits for nobody.
#include <gtest/gtest.h>

#include "support/audit.h"
#include "support/crowd.h"
#include "support/metrics_page.h"
#include "support/sanitizers.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

struct BatchSettings {
  static std::vector<std::string> flags() { return instant_payment("1"); }
};

class BatchesTest : public ServerSuite<BatchSettings> {
 protected:
  struct Commits {
    double commits;
    double commands;
  };
  // So far, of the histogram of commands a commit.
  Commits commits_so_far() {
    return {counter(http, "ledger_batch_commands_count"), counter(http, "ledger_batch_commands_sum")};
  }
};

TEST_F(BatchesTest, ACrowdSharesCommits) {
  constexpr int kClients = 64;
  constexpr int kBookingsEach = 15;
  const std::string flight_id = api.add_flight_id(1000);
  const Commits before = commits_so_far();
  crowd(kClients, [&](int) {
    ApiClient client(server().port());
    for (int i = 0; i < kBookingsEach; ++i) client.book(flight_id);
  });
  const Commits after = commits_so_far();
  const double commits = after.commits - before.commits;
  const double commands = after.commands - before.commands;
  RecordProperty("commands_a_commit", std::to_string(commands / commits));
  EXPECT_GE(commands, kClients * kBookingsEach);
  EXPECT_GT(commits, 0);
  // In a sanitizer's build the crowd asks more slowly.
  EXPECT_GE(commands / commits, kSanitized ? 2 : 8) << commands << " commands in " << commits << " commits";
  audit_settled(api, probe);
  EXPECT_EQ(number(api.seat_counts(flight_id), "confirmed"), kClients * kBookingsEach);
}

TEST_F(BatchesTest, ALoneClientsBookingsAreCommittedOneByOne) {
  constexpr int kBookings = 20;
  const std::string flight_id = api.add_flight_id(100);
  // Nothing of other tests is under way any more.
  audit_settled(api, probe);
  const Commits before = commits_so_far();
  // Each is settled before the next begins, so there is never a second command to share a commit with.
  for (int i = 0; i < kBookings; ++i) ASSERT_EQ(text(api.book_to_the_end(flight_id), "status"), "CONFIRMED");
  const Commits after = commits_so_far();
  EXPECT_EQ(after.commands - before.commands, 2 * kBookings);
  EXPECT_EQ(after.commits - before.commits, 2 * kBookings);
}

}  // namespace
}  // namespace flightdeck::test
