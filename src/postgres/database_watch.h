// What the connections of one process to a database know together.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/log.h"
#include "postgres/standby_witness.h"

namespace flightdeck::postgres {

// Says once that the database is lost, however many connections lose it, and once that it is back: when every
// connection that lost it has had an answer again. Thread-safe.
class OutageLog {
 public:
  explicit OutageLog(Log& log) : log_(log) {}

  // Each connection calls these in turn: it has lost the database, it has it again.
  void lost(const std::string& reason);
  void back();

 private:
  Log& log_;
  std::mutex mutex_;
  int away_ = 0;
};

// Shared by the connections of a process, which keep it alive. `log` outlives it.
struct DatabaseWatch {
  DatabaseWatch(const std::string& url, Log& log) : outages(log), standby(url) {}

  OutageLog outages;
  StandbyWitness standby;
};

}  // namespace flightdeck::postgres
