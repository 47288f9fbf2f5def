#include "app/config_file.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>

#include "core/limits.h"

namespace flightdeck::app {

namespace {

constexpr std::string_view blanks = " \t";

// One line of the file. Each step answers false on an error and leaves what is wrong in `complaint`.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) { skip_blanks(); }

  bool at_end() const { return rest_.empty() || rest_.front() == '#'; }

  bool read_key(std::string& key) {
    if (rest_.front() == '[') return complain("tables are not used here: write plain `key = value` lines");
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_key_char);
    key.assign(rest_.begin(), end);
    if (key.empty()) return complain("must be `key = value`");
    std::replace(key.begin(), key.end(), '_', '-');
    rest_.remove_prefix(key.size());
    skip_blanks();
    if (!rest_.starts_with('=')) return complain("must be `key = value`");
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }

  bool read_value(std::string& value) {
    if (rest_.starts_with("\"\"\"") || rest_.starts_with("'''"))
      return complain("multi-line strings are not used here");
    const bool read = rest_.starts_with('"')    ? read_basic_string(value)
                      : rest_.starts_with('\'') ? read_literal_string(value)
                                                : read_bare_value(value);
    if (!read) return false;
    skip_blanks();
    return at_end() || complain("there is something after the value");
  }

  const std::string& complaint() const { return complaint_; }

 private:
  static bool is_key_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

  bool complain(std::string what) {
    complaint_ = std::move(what);
    return false;
  }

  bool read_literal_string(std::string& value) {
    const auto end = rest_.find('\'', 1);
    if (end == std::string_view::npos) return complain("the string has no closing quote");
    value = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool read_basic_string(std::string& value) {
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '"') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '\\') {
        value.push_back(c);
      } else if (!read_escape(value)) {
        return complain("the string has an escape that TOML does not know");
      }
    }
    if (rest_.empty()) return complain("the string has no closing quote");
    rest_.remove_prefix(1);
    return true;
  }

  bool read_escape(std::string& value) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    constexpr std::string_view names = "btnfr\"\\";
    constexpr std::string_view meanings = "\b\t\n\f\r\"\\";
    if (const auto at = names.find(c); at != std::string_view::npos) {
      value.push_back(meanings[at]);
      return true;
    }
    if (c == 'u') return read_code_point(value, 4);
    return c == 'U' && read_code_point(value, 8);
  }

  bool read_code_point(std::string& value, std::size_t digits) {
    if (rest_.size() < digits) return false;
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + digits, code, 16);
    if (error != std::errc() || end != rest_.data() + digits) return false;
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    rest_.remove_prefix(digits);
    append_utf8(value, code);
    return true;
  }

  static void append_utf8(std::string& out, std::uint32_t code) {
    const auto push = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    const auto push_tail = [&push, code](int shift) { push(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) {
      push(code);
    } else if (code < 0x800) {
      push(0xC0 | (code >> 6));
      push_tail(0);
    } else if (code < 0x10000) {
      push(0xE0 | (code >> 12));
      push_tail(6);
      push_tail(0);
    } else {
      push(0xF0 | (code >> 18));
      push_tail(12);
      push_tail(6);
      push_tail(0);
    }
  }

  // A number or a boolean; whether it fits is the setting's business.
  bool read_bare_value(std::string& value) {
    const auto end = std::min(rest_.find_first_of(" \t#"), rest_.size());
    const std::string_view token = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (token == "true" || token == "false") {
      value = token;
      return true;
    }
    if (token.empty() || token.find_first_not_of("0123456789+-._eE") != std::string_view::npos ||
        token.find_first_of("0123456789") == std::string_view::npos) {
      return complain("the value must be a string in quotes, a number, true or false");
    }
    value = token;
    value.erase(std::remove(value.begin(), value.end(), '_'), value.end());
    if (value.front() == '+') value.erase(0, 1);
    return true;
  }

  std::string_view rest_;
  std::string complaint_;
};

Error wrong(std::string detail) { return Error{ErrorCode::validation_failed, std::move(detail), {}}; }

}  // namespace

Result<std::vector<ConfigFileEntry>> parse_config_file(std::string_view text, const std::string& name) {
  std::vector<ConfigFileEntry> entries;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto place = [&] { return name + ":" + std::to_string(number) + ": "; };
    LineReader reader(line);
    if (reader.at_end()) continue;
    ConfigFileEntry entry;
    entry.line = number;
    if (!reader.read_key(entry.key)) return wrong(place() + reader.complaint());
    if (!reader.read_value(entry.value)) return wrong(place() + entry.key + ": " + reader.complaint());
    const auto same_key = [&entry](const ConfigFileEntry& other) { return other.key == entry.key; };
    if (std::any_of(entries.begin(), entries.end(), same_key)) {
      return wrong(place() + entry.key + ": is set a second time");
    }
    entries.push_back(std::move(entry));
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
