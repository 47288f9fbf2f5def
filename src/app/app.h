// The program as an object: wires the parts of a role together, starts them, stops them.
#pragma once

#include <cstdint>
#include <memory>

#include "app/config.h"

namespace flightdeck::app {

// Used from one thread, which must not be one of its own.
class App {
 public:
  // Opens the database, whose schema must be up to date (see database.h). `config`, `clock` and `log` outlive
  // it. Throws std::runtime_error with one line for people when something cannot be had.
  App(const Config& config, const Clock& clock, Log& log);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Fills gate and index from the ledger, then takes requests; answers the port. Throws as above.
  std::uint16_t start();

  // Stops accepting, lets requests and charges end for a while, then cuts off what is left, which is durable
  // and goes on at the next start. Within 10 s. Idempotent. False: something would not end; the process
  // should exit without destroying this.
  bool stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flightdeck::app
