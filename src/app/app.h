// The program as an object. It wires the parts of a role together, starts them and stops them.
#pragma once

#include <cstdint>
#include <memory>

#include "app/config.h"

namespace flightdeck::app {

// Used from one thread, which must not be one of its own.
class App {
 public:
  // Opens the database, whose schema must be up to date (see database.h). `config`, `clock` and `log` outlive
  // it. Throws std::runtime_error with one line for people when the program cannot start.
  App(const Config& config, const Clock& clock, Log& log);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Fills gate and index from the ledger, then serves requests. Returns the port. Throws as above.
  std::uint16_t start();

  // Stops accepting, gives requests and charges a while to end, then cuts off the rest, which is durable and
  // continues at the next start. Takes at most 10 s. Idempotent. Returns false when something did not end;
  // the process should then exit without destroying this object.
  bool stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flightdeck::app
