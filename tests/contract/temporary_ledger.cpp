#include "contract/temporary_ledger.h"

#include "doubles/booking_world.h"
#include "ledger/apply_batch.h"
#include "memory/memory_ledger.h"
#include "postgres/migrate.h"
#include "postgres/postgres_ledger_reader.h"
#include "postgres/postgres_ledger_snapshot.h"
#include "postgres/postgres_ledger_store.h"
#include "sqlite/migrate.h"
#include "sqlite/sqlite_ledger_reader.h"
#include "sqlite/sqlite_ledger_snapshot.h"
#include "sqlite/sqlite_ledger_store.h"
#include "support/postgres_server.h"
#include "support/subprocess.h"

namespace flightdeck::test {

void make_sqlite_schema(const std::string& path) {
  sqlite::Database database(path, sqlite::Database::Mode::read_write);
  sqlite::migrate(database, Instant{});
}

namespace {

class InMemory final : public TemporaryLedger {
 public:
  ledger::LedgerStore& store() override { return ledger_; }
  ledger::LedgerReader& reader() override { return ledger_; }
  std::unique_ptr<ledger::LedgerSnapshot> snapshot() override { return ledger_.snapshot(); }

 private:
  memory::MemoryLedger ledger_;
};

class InSqlite final : public TemporaryLedger {
 public:
  InSqlite() { make_sqlite_schema(path_); }
  ledger::LedgerStore& store() override {
    if (!store_) store_.emplace(path_);
    return *store_;
  }
  ledger::LedgerReader& reader() override {
    store();
    if (!reader_) reader_.emplace(path_);
    return *reader_;
  }
  std::unique_ptr<ledger::LedgerSnapshot> snapshot() override {
    return std::make_unique<sqlite::SqliteLedgerSnapshot>(path_);
  }

 private:
  TemporaryDirectory folder_;
  std::string path_ = (folder_ / "ledger.db").string();
  std::optional<sqlite::SqliteLedgerStore> store_;
  std::optional<sqlite::SqliteLedgerReader> reader_;
};

// Migrated once; a copy of it is quicker than a schema of one's own.
const std::string& postgres_template() {
  static const std::string url = [] {
    std::string made = shared_postgres().make_database();
    postgres::migrate(made, Instant{});
    return made;
  }();
  return url;
}

class InPostgres final : public TemporaryLedger {
 public:
  ~InPostgres() override {
    store_.reset();
    reader_.reset();
    shared_postgres().drop_database(url_);
  }
  ledger::LedgerStore& store() override {
    if (!store_) store_.emplace(url_, log_);
    return *store_;
  }
  ledger::LedgerReader& reader() override {
    if (!reader_) reader_.emplace(url_, log_);
    return *reader_;
  }
  std::unique_ptr<ledger::LedgerSnapshot> snapshot() override {
    return std::make_unique<postgres::PostgresLedgerSnapshot>(url_);
  }

 private:
  std::string url_ = make_postgres_ledger();
  SilentLog log_;
  std::optional<postgres::PostgresLedgerStore> store_;
  std::optional<postgres::PostgresLedgerReader> reader_;
};

}  // namespace

std::string make_postgres_ledger() { return shared_postgres().make_database(postgres_template()); }

std::vector<LedgerKind> ledger_kinds() {
  return {{"Memory", [] { return std::make_unique<InMemory>(); }},
          {"Sqlite", [] { return std::make_unique<InSqlite>(); }},
          {"Postgres", [] { return std::make_unique<InPostgres>(); }}};
}

Result<ledger::Applied> apply(ledger::LedgerStore& store, ledger::Command command, Instant now) {
  ledger::BatchDecision decision = apply_batch(store, std::span<const ledger::Command>(&command, 1), now);
  return std::move(decision.outcomes.front());
}

}  // namespace flightdeck::test
