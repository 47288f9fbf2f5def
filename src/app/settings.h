// The table of settings: name, default, help and check of each, in one place. The command line, the
// environment and the settings file are three ways to give them a value.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"

namespace flightdeck::app {

struct Setting {
  // Of the flag without dashes, and of the key in the settings file.
  std::string name;
  // What a value looks like, for the help.
  std::string form;
  // Empty: none.
  std::string default_value;
  std::string help;
  // Checks the value and puts it in its place. Else says what a value must be ("must be …").
  std::function<std::optional<std::string>(Config&, const std::string& value)> apply;

  // FLIGHTDECK_….
  std::string environment_name() const;
};

// The environment decides where data lives by default (XDG_DATA_HOME).
std::vector<Setting> all_settings(const Environment& environment);

// What only all settings together can tell; nullopt: nothing is wrong.
std::optional<std::string> check_together(const Config& config);

// Of the role payment-mock, unless `listen` is given.
inline constexpr std::uint16_t payment_mock_port = 8081;

}  // namespace flightdeck::app
