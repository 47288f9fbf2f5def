// A hand that does to a server's database what the program never does: SQL on either kind of it, with nobody
// watching over foreign keys.
#pragma once

#include <memory>
#include <string>

#include "support/shape.h"

namespace flightdeck::test {

// Used from one thread. Every error of the database throws.
class DatabaseHand {
 public:
  virtual ~DatabaseHand() = default;
  virtual void execute(const std::string& sql) = 0;
  // An instant long past, and one cent, as literals of this database.
  virtual std::string long_past() const = 0;
  virtual std::string cent() const = 0;
};

// On the database that the storage's processes use, of the shape that the tests run in.
std::unique_ptr<DatabaseHand> make_hand(const Storage& storage);

}  // namespace flightdeck::test
