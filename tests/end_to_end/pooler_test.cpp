// PgBouncer between the program and its PostgreSQL.
#include <gmock/gmock.h>

#include "support/audit.h"
#include "support/pgbouncer_server.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;

class PoolerTest : public testing::Test {
 protected:
  std::vector<std::string> flags_behind(const PgBouncerServer& pooler) const {
    std::vector<std::string> flags = storage->flags();
    for (std::string& flag : flags) {
      if (flag == storage->database_url()) flag = pooler.through(flag);
    }
    return flags;
  }

  std::shared_ptr<const ProductionStorage> storage = std::make_shared<ProductionStorage>();
};

// As the storage, with another database URL.
class Behind final : public Storage {
 public:
  Behind(std::shared_ptr<const Storage> storage, std::vector<std::string> flags)
      : storage_(std::move(storage)), flags_(std::move(flags)) {}
  std::string database_url() const override { return storage_->database_url(); }
  std::vector<std::string> flags() const override { return flags_; }
  std::unique_ptr<Probe> probe() const override { return storage_->probe(); }

 private:
  std::shared_ptr<const Storage> storage_;
  std::vector<std::string> flags_;
};

TEST_F(PoolerTest, SellsThroughSessionsAndGoesOnWhenTheyBreak) {
  PgBouncerServer pooler(shared_postgres(), "session");
  const std::vector<std::string> flags = flags_behind(pooler);
  ServerProcess server(joined(instant_payment("1"), {"--payment-timeout-s", "2"}), {},
                       std::make_shared<Behind>(storage, flags));
  server.start();
  ApiClient api(server.port());
  const std::string flight_id = api.add_flight_id(100);
  ASSERT_EQ(text(api.book_to_the_end(flight_id, 2), "status"), "CONFIRMED");
  const auto books_again = [&] {
    return eventually([&] {
      const Reply booked = api.try_book(flight_id);
      return booked.status == 202 || booked.status == 200;
    });
  };
  shared_postgres().cut_connections(storage->database_url());
  EXPECT_TRUE(books_again());
  pooler.kill();
  expect_problem(api.try_book(flight_id), 503, "UNAVAILABLE");
  pooler.start();
  EXPECT_TRUE(books_again());
  EXPECT_TRUE(eventually([&] { return api.http().get("/health").status == 200; }));
  audit_settled(api, *server.probe());
  const CommandResult audit = run_command(joined({"audit"}, flags));
  EXPECT_EQ(audit.exit_code, 0) << audit.out << audit.err;
  server.stop_cleanly();
  const CommandResult migrated =
      run_command({"migrate", "--database-url", pooler.through(storage->database_url())});
  EXPECT_EQ(migrated.exit_code, 0) << migrated.err;
}

TEST_F(PoolerTest, PooledTransactionsAreRefusedAtTheStart) {
  PgBouncerServer pooler(shared_postgres(), "transaction");
  for (const char* command : {"serve", "migrate"}) {
    const CommandResult refused = run_command(
        {command, "--database-url", pooler.through(storage->database_url()), "--listen", "127.0.0.1:0"});
    EXPECT_EQ(refused.exit_code, 1) << command;
    EXPECT_THAT(refused.err, HasSubstr("must pool sessions, not transactions")) << command;
  }
}

TEST_F(PoolerTest, OptionsThatCannotBeSetAreRefusedAtOnce) {
  const CommandResult unreadable =
      run_command({"migrate", "--database-url", storage->database_url() + "?options=-S%2064"});
  EXPECT_EQ(unreadable.exit_code, 1);
  EXPECT_THAT(unreadable.err, HasSubstr("-c NAME=VALUE"));
  const CommandResult unknown = run_command(
      {"migrate", "--database-url", storage->database_url() + "?options=-c%20no_such_setting%3D1"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("no_such_setting"));
}

}  // namespace
}  // namespace flightdeck::test
