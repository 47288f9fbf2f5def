// Conditions of a flight's version, as tests ask for them.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "ledger/precondition.h"

namespace flightdeck::test {

using SharedPrecondition = std::shared_ptr<const ledger::Precondition>;

inline SharedPrecondition if_match(std::vector<std::int64_t> versions) {
  return std::make_shared<ledger::Precondition>(
      ledger::Precondition{ledger::Versions{false, std::move(versions)}, {}});
}
inline SharedPrecondition if_none_match(std::vector<std::int64_t> versions) {
  return std::make_shared<ledger::Precondition>(
      ledger::Precondition{{}, ledger::Versions{false, std::move(versions)}});
}

}  // namespace flightdeck::test
