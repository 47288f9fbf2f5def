// What the program under test runs on. The same end-to-end tests run in both shapes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/probe.h"
#include "support/subprocess.h"

namespace flightdeck::test {

enum class Shape {
  // An SQLite file; seat gate and flight index inside the process.
  embedded,
  // PostgreSQL and Redis: real servers, of this test program's own.
  production,
};

// The environment variable FLIGHTDECK_TEST_SHAPE says it; embedded without. Throws when it says anything
// else.
Shape test_shape();

// Where processes keep what they know: new and empty when it is made, the same for all processes it is given
// to. Constant, and used from any thread.
class Storage {
 public:
  virtual ~Storage() = default;

  virtual std::string database_url() const = 0;
  // The flags that make a process use it.
  virtual std::vector<std::string> flags() const = 0;
  // Of a database that a process has made its tables in.
  virtual std::unique_ptr<Probe> probe() const = 0;
};

// Makes a storage of the shape that the tests run in.
std::shared_ptr<const Storage> make_storage();
// For a process that keeps nothing: the payment mock.
std::shared_ptr<const Storage> no_storage();

class SqliteStorage final : public Storage {
 public:
  std::filesystem::path database_file() const { return directory_ / "flightdeck.db"; }

  std::string database_url() const override { return "sqlite:" + database_file().string(); }
  std::vector<std::string> flags() const override { return {"--database-url", database_url()}; }
  std::unique_ptr<Probe> probe() const override;

 private:
  TemporaryDirectory directory_;
};

// A database of its own on shared_postgres(), keys with a prefix of their own in shared_redis().
class ProductionStorage final : public Storage {
 public:
  ProductionStorage();

  // The name of a key in Redis: key("booking_event_stream").
  std::string key(const std::string& name) const { return prefix_ + name; }
  // The key of a flight's seat counter.
  std::string seats_key(const std::string& flight_id) const {
    return key("flight_seats:{" + flight_id + "}");
  }

  std::string database_url() const override { return database_url_; }
  std::vector<std::string> flags() const override;
  std::unique_ptr<Probe> probe() const override;

 private:
  std::string database_url_;
  std::string prefix_;
};

}  // namespace flightdeck::test
