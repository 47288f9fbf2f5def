#include "postgres/database_watch.h"

namespace flightdeck::postgres {

void OutageLog::lost(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (away_++ == 0) log_.warn("the database connection is lost", {{"error", std::string_view(reason)}});
}

void OutageLog::back() {
  const std::lock_guard lock(mutex_);
  if (--away_ == 0) log_.info("the database is back");
}

}  // namespace flightdeck::postgres
