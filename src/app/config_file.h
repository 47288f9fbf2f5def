// The settings file: TOML, `key = value` without tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace flightdeck::app {

struct ConfigFileEntry {
  // With - for _.
  std::string key;
  // What the setting would be given as a flag.
  std::string value;
  std::size_t line = 0;
};

// In order of lines. An error (validation_failed): what is not TOML, a table, an array, a date, or a key that
// is given twice, also as `a_b` and `a-b`. The detail begins with `NAME:LINE: `.
Result<std::vector<ConfigFileEntry>> parse_config_file(std::string_view text, const std::string& name);

// The same of a file's content. Also an error: it cannot be read, or is larger than
// limits::config_file_bytes.
Result<std::vector<ConfigFileEntry>> read_config_file(const std::string& path);

}  // namespace flightdeck::app
