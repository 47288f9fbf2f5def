// The ledgers of the contract suites: each kind empty and for one test.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "doubles/ids.h"
#include "ledger/ledger.h"
#include "ledger/ledger_snapshot.h"

namespace flightdeck::test {

class TemporaryLedger {
 public:
  virtual ~TemporaryLedger() = default;
  virtual ledger::LedgerStore& store() = 0;
  virtual ledger::LedgerReader& reader() = 0;
  virtual std::unique_ptr<ledger::LedgerSnapshot> snapshot() = 0;
};

struct LedgerKind {
  std::string name;
  std::function<std::unique_ptr<TemporaryLedger>()> make;
};

std::vector<LedgerKind> ledger_kinds();
inline std::string ledger_name(const ::testing::TestParamInfo<LedgerKind>& info) { return info.param.name; }

// A SQLite file with the current schema.
void make_sqlite_schema(const std::string& path);

// A new database of `shared_postgres` with the current schema; its URL.
std::string make_postgres_ledger();

// Applies one command, durably.
Result<ledger::Applied> apply(ledger::LedgerStore& store, ledger::Command command, Instant now);

}  // namespace flightdeck::test
