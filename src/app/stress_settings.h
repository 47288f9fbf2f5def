// The command line of `flightdeck stress`: flags > environment > defaults.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"

namespace CLI {
class App;
}

namespace flightdeck::app {

// Adds its flags to a command, and reads them when the command line has been parsed.
class StressSettings {
 public:
  // `command` outlives this.
  StressSettings(CLI::App& command, const Environment& environment);
  ~StressSettings();

  // Error validation_failed: one line about what is wrong with a value or with the combination.
  Result<stress_http::StressCommand> resolve() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flightdeck::app
