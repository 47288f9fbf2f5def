// While an SQLite database takes no writes: bookings are refused, nothing is half done, and all goes on by
// itself afterwards.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <stdexcept>

#include "support/audit.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

// Holds the database's one write lock, as another process might that hangs.
class WriteLock {
 public:
  explicit WriteLock(const std::string& path) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) throw std::runtime_error("cannot open " + path);
    sqlite3_busy_timeout(db_, 5000);
    if (sqlite3_exec(db_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sqlite3_errmsg(db_));
    }
  }
  ~WriteLock() { sqlite3_close(db_); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  sqlite3* db_ = nullptr;
};

TEST(UnavailableTest, BookingsAreRefusedAndReadsGoOnWhileNothingCanBeWritten) {
  const auto storage = std::make_shared<SqliteStorage>();
  // Short, as a booking whose payment could not be written down is looked at again only then.
  ServerProcess server(joined(instant_payment("1"), {"--payment-timeout-s", "1"}), {}, storage);
  server.start();
  ApiClient api(server.port());
  const std::string flight_id = api.add_flight_id(10);
  const std::string booking_id = text(api.book(flight_id, 2), "booking_id");
  {
    const WriteLock lock(storage->database_file().string());
    const Reply refused = api.try_book(flight_id);
    expect_problem(refused, 503, "UNAVAILABLE");
    EXPECT_TRUE(refused.header("Retry-After").has_value());
    EXPECT_EQ(api.http().get("/booking/" + booking_id).status, 200);
    EXPECT_TRUE(eventually([&] { return api.http().get("/health").status == 503; }));
    EXPECT_EQ(api.http().get("/health/ready").status, 503);
    EXPECT_EQ(api.http().get("/health/live").status, 200);
  }
  EXPECT_TRUE(eventually([&] { return api.try_book(flight_id).status == 202; }));
  EXPECT_TRUE(eventually([&] { return api.http().get("/health").status == 200; }));
  audit_settled(api, *server.probe());
  server.stop_cleanly();
}

}  // namespace
}  // namespace flightdeck::test
