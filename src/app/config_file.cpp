#include "app/config_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>

#include "core/limits.h"
#include "core/showable.h"

namespace flightdeck::app {

namespace {

Error wrong(std::string detail) { return Error{ErrorCode::validation_failed, std::move(detail)}; }

std::string text_of(double number) {
  char digits[64];
  return std::string(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// Single characters tell what is wrong. A longer piece of the file, as of a key that it has twice, may hold
// anything, also quotes: from there on nothing is shown.
std::string without_quoted(std::string_view description) {
  for (std::size_t at = description.find('\''); at != std::string_view::npos;) {
    const std::size_t close = description.find('\'', at + 2);
    if (close != at + 2) return std::string(description.substr(0, at)).append("(not shown)");
    at = description.find('\'', close + 1);
  }
  return std::string(description);
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

Result<std::vector<ConfigFileEntry>> parse_config_file(std::string_view text, const std::string& file) {
  const std::string name = showable(file);
  const auto place = [&name](std::size_t line) { return name + ":" + std::to_string(line) + ": "; };
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return wrong(place(error.source().begin.line) + without_quoted(error.description()));
  }
  std::vector<ConfigFileEntry> entries;
  for (const auto& [key, node] : table) {
    ConfigFileEntry entry;
    entry.key = key.str();
    std::replace(entry.key.begin(), entry.key.end(), '_', '-');
    entry.line = node.source().begin.line;
    const std::optional<std::string> value = text_of(node);
    if (!value) {
      return wrong(place(entry.line) + showable_name(entry.key) +
                   ": the value must be a string, a number, true or false");
    }
    entry.value = *value;
    entries.push_back(std::move(entry));
  }
  // The table is in order of its keys; people read, and are told of mistakes, in order of lines.
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    const auto same_key = [&entry](const ConfigFileEntry& other) { return other.key == entry->key; };
    if (std::any_of(entries.begin(), entry, same_key)) {
      return wrong(place(entry->line) + showable_name(entry->key) + ": is set a second time");
    }
  }
  return entries;
}

Result<std::vector<ConfigFileEntry>> read_config_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong(showable(path) + ": cannot be read: " + std::strerror(errno));
  std::string text(limits::config_file_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof())) return wrong(showable(path) + ": cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > limits::config_file_bytes) {
    return wrong(showable(path) + ": is larger than " + std::to_string(limits::config_file_bytes) + " bytes");
  }
  return parse_config_file(text, path);
}

}  // namespace flightdeck::app
