// The settings file: TOML of the plain kind, `key = value` lines without tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace flightdeck::app {

struct ConfigFileEntry {
  std::string key;    // with - for _
  std::string value;  // a string without its quotes, else as it stands
  std::size_t line = 0;
};

// Strings ("basic" with TOML's escapes, or 'literal'), numbers and booleans; comments. A table, an array, a date, a
// multi-line string or a repeated key is an error (validation_failed): the detail begins with `NAME:LINE: `.
Result<std::vector<ConfigFileEntry>> parse_config_file(std::string_view text, const std::string& name);

// The same of a file's content. Also an error: it cannot be read, or is larger than limits::config_file_bytes.
Result<std::vector<ConfigFileEntry>> read_config_file(const std::string& path);

}  // namespace flightdeck::app
