#include "support/database_hand.h"

#include <sqlite3.h>

#include <stdexcept>

#include "support/postgres_session.h"

namespace flightdeck::test {
namespace {

class SqliteHand final : public DatabaseHand {
 public:
  explicit SqliteHand(const std::string& file) {
    if (sqlite3_open_v2(file.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
      const std::string message = sqlite3_errmsg(database_);
      sqlite3_close(database_);
      throw std::runtime_error(file + ": " + message);
    }
    constexpr int patience_ms = 20'000;
    sqlite3_busy_timeout(database_, patience_ms);
  }
  ~SqliteHand() override { sqlite3_close(database_); }
  SqliteHand(const SqliteHand&) = delete;
  SqliteHand& operator=(const SqliteHand&) = delete;

  // Foreign keys are off unless a connection asks for them.
  void execute(const std::string& sql) override {
    if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      throw std::runtime_error(std::string(sqlite3_errmsg(database_)) + " in " + sql);
  }
  std::string long_past() const override { return "0"; }
  std::string cent() const override { return "1"; }

 private:
  sqlite3* database_ = nullptr;
};

class PostgresHand final : public DatabaseHand {
 public:
  explicit PostgresHand(const std::string& url) : session_(url) {
    // As a replica: no foreign keys.
    session_.execute("SET session_replication_role = replica");
  }
  void execute(const std::string& sql) override { session_.execute(sql); }
  std::string long_past() const override { return "TIMESTAMPTZ '2020-01-01 00:00:00Z'"; }
  std::string cent() const override { return "0.01"; }

 private:
  PostgresSession session_;
};

}  // namespace

std::unique_ptr<DatabaseHand> make_hand(const Storage& storage) {
  const std::string url = storage.database_url();
  if (test_shape() == Shape::production) return std::make_unique<PostgresHand>(url);
  return std::make_unique<SqliteHand>(url.substr(std::string("sqlite:").size()));
}

}  // namespace flightdeck::test
