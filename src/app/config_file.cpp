#include "app/config_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>

#include "core/limits.h"

namespace flightdeck::app {

namespace {

Error wrong(std::string detail) { return Error{ErrorCode::validation_failed, std::move(detail), {}}; }

std::string text_of(double number) {
  char digits[64];
  return std::string(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// As the command line would have it; nullopt for tables, arrays and dates.
std::optional<std::string> text_of(const toml::node& value) {
  if (const auto* text = value.as_string()) return text->get();
  if (const auto* number = value.as_integer()) return std::to_string(number->get());
  if (const auto* number = value.as_floating_point()) return text_of(number->get());
  if (const auto* truth = value.as_boolean()) return truth->get() ? "true" : "false";
  return std::nullopt;
}

}  // namespace

Result<std::vector<ConfigFileEntry>> parse_config_file(std::string_view text, const std::string& name) {
  const auto place = [&name](std::size_t line) { return name + ":" + std::to_string(line) + ": "; };
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return wrong(place(error.source().begin.line) + std::string(error.description()));
  }
  std::vector<ConfigFileEntry> entries;
  for (const auto& [key, node] : table) {
    ConfigFileEntry entry;
    entry.key = key.str();
    std::replace(entry.key.begin(), entry.key.end(), '_', '-');
    entry.line = node.source().begin.line;
    const std::optional<std::string> value = text_of(node);
    if (!value) {
      return wrong(place(entry.line) + entry.key + ": the value must be a string, a number, true or false");
    }
    entry.value = *value;
    entries.push_back(std::move(entry));
  }
  // The table is in order of its keys; people read, and are told of mistakes, in order of lines.
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    const auto same_key = [&entry](const ConfigFileEntry& other) { return other.key == entry->key; };
    if (std::any_of(entries.begin(), entry, same_key)) {
      return wrong(place(entry->line) + entry->key + ": is set a second time");
    }
  }
  return entries;
}

Result<std::vector<ConfigFileEntry>> read_config_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong(path + ": cannot be read: " + std::strerror(errno));
  std::string text(limits::config_file_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof())) return wrong(path + ": cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > limits::config_file_bytes) {
    return wrong(path + ": is larger than " + std::to_string(limits::config_file_bytes) + " bytes");
  }
  return parse_config_file(text, path);
}

}  // namespace flightdeck::app
