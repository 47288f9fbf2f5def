// The settings file: TOML, `key = value` without tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace flightdeck::app {

struct ConfigFileEntry {
  // The name of the setting, with `-` for `_`.
  std::string key;
  // The value in the form that a flag takes.
  std::string value;
  std::size_t line = 0;
};

// The entries in the order of lines. Error validation_failed: the text is not TOML, or has a table, an array,
// a date or a repeated key (`a_b` and `a-b` are the same). The detail begins with `NAME:LINE: `.
Result<std::vector<ConfigFileEntry>> parse_config_file(std::string_view text, const std::string& name);

// The entries of a file. It is also an error if the file cannot be read or is larger than
// limits::config_file_bytes.
Result<std::vector<ConfigFileEntry>> read_config_file(const std::string& path);

}  // namespace flightdeck::app
