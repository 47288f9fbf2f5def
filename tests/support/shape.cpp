#include "support/shape.h"

#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include "support/postgres_probe.h"
#include "support/postgres_server.h"
#include "support/redis_server.h"
#include "support/sqlite_probe.h"

namespace flightdeck::test {
namespace {

class NoStorage final : public Storage {
 public:
  std::string database_url() const override { throw std::logic_error("this process has no database"); }
  std::vector<std::string> flags() const override { return {}; }
  std::unique_ptr<Probe> probe() const override { throw std::logic_error("this process has no database"); }
};

}  // namespace

Shape test_shape() {
  const char* name = std::getenv("FLIGHTDECK_TEST_SHAPE");
  const std::string shape = name != nullptr ? name : "embedded";
  if (shape == "embedded") return Shape::embedded;
  if (shape == "production") return Shape::production;
  throw std::runtime_error("FLIGHTDECK_TEST_SHAPE is embedded or production, not " + shape);
}

std::shared_ptr<const Storage> make_storage() {
  if (test_shape() == Shape::production) return std::make_shared<ProductionStorage>();
  return std::make_shared<SqliteStorage>();
}

std::shared_ptr<const Storage> no_storage() { return std::make_shared<NoStorage>(); }

std::unique_ptr<Probe> SqliteStorage::probe() const { return std::make_unique<SqliteProbe>(database_file()); }

ProductionStorage::ProductionStorage() : database_url_(shared_postgres().make_database()) {
  static std::atomic<int> last{0};
  prefix_ = "test" + std::to_string(++last) + ":";
}

std::vector<std::string> ProductionStorage::flags() const {
  return {"--database-url", database_url_, "--redis-url", shared_redis().url(), "--redis-prefix", prefix_};
}

std::unique_ptr<Probe> ProductionStorage::probe() const {
  const EventStream stream{shared_redis().port(), key("booking_event_stream")};
  return std::make_unique<PostgresProbe>(database_url_, stream);
}

}  // namespace flightdeck::test
