// A database that goes away in the middle of an import.
#include <gmock/gmock.h>

#include "support/postgres_server.h"
#include "support/postgres_session.h"
#include "support/schedule.h"
#include "support/server_suite.h"
#include "support/tcp_proxy.h"

namespace flightdeck::test {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

constexpr int kRows = 40'000;

TEST(ImportOutageTest, IsSaidWithHowFarItGotAndASecondImportCompletesIt) {
  const std::string url = shared_postgres().make_database();
  ASSERT_EQ(run_command({"migrate", "--database-url", url}).exit_code, 0);
  TemporaryDirectory folder;
  write_text(folder / "rows.csv", numbered_schedule(kRows));
  TcpProxy proxy(shared_postgres().port());
  Subprocess import({flightdeck_program().string(), "import", (folder / "rows.csv").string(),
                     "--database-url", PostgresServer::with_port(url, proxy.port())},
                    {}, folder.path(), folder / "out", folder / "err");
  PostgresSession probe(url);
  const auto flights = [&probe] { return probe.number("SELECT count(*) FROM flights"); };
  ASSERT_TRUE(eventually([&] { return flights() > 0; }));
  proxy.lead_to(free_port());
  proxy.cut_before(TcpProxy::Direction::to_server, "\0commit\0"s);
  EXPECT_EQ(import.wait(patient(std::chrono::seconds(60))), std::optional<int>(1));
  ASSERT_TRUE(proxy.has_cut()) << "the import was over before";
  const std::string out = read_text(folder / "out");
  EXPECT_THAT(out, HasSubstr(", refused 0\n"));
  EXPECT_THAT(out, HasSubstr("the database does not answer: "));
  EXPECT_THAT(out, HasSubstr("rows up to line " + std::to_string(flights() + 1) + " are done"));
  EXPECT_THAT(read_text(folder / "err"), HasSubstr("not all of it was imported"));
  EXPECT_LT(flights(), kRows);

  const CommandResult again = run_command({"import", (folder / "rows.csv").string(), "--database-url", url},
                                          {}, std::chrono::seconds(120));
  EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
  EXPECT_EQ(flights(), kRows);
}

}  // namespace
}  // namespace flightdeck::test
