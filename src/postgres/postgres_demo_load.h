// The turn to load demo flights: an advisory lock of PostgreSQL, which goes with its session.
#pragma once

#include <memory>
#include <string>

#include "ledger/demo_load.h"
#include "postgres/connection.h"

namespace flightdeck::postgres {

class PostgresDemoLoad final : public ledger::DemoLoad {
 public:
  // Connects at once, to a database of the current schema. Throws as Link's constructor.
  explicit PostgresDemoLoad(const std::string& url);

  bool take_turn() override;
  std::optional<ledger::DemoMark> mark() override;
  void begin(Date first_day) override;
  void complete(Instant now) override;

 private:
  QueryResult ask(const std::string& sql, const Parameters& parameters = {});

  std::unique_ptr<Connection> connection_;
};

}  // namespace flightdeck::postgres
