// The turn to load demo flights: a lock on the folder of the database, which goes with its process.
#pragma once

#include <string>

#include "ledger/demo_load.h"
#include "sqlite/database.h"

namespace flightdeck::sqlite {

class SqliteDemoLoad final : public ledger::DemoLoad {
 public:
  // On a database of the current schema.
  explicit SqliteDemoLoad(const std::string& path);
  ~SqliteDemoLoad() override;
  SqliteDemoLoad(const SqliteDemoLoad&) = delete;
  SqliteDemoLoad& operator=(const SqliteDemoLoad&) = delete;

  bool take_turn() override;
  std::optional<ledger::DemoMark> mark() override;
  void begin(Date first_day) override;
  void complete(Instant now) override;

 private:
  Database database_;
  // Not the file itself: whoever closes it takes SQLite's own locks on it with him.
  int folder_;
};

}  // namespace flightdeck::sqlite
