#include "layout/layout.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace flightdeck::layout {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kCodeFolders[] = {"src",   "tests",      "bench",  "chaos",   "fuzz",
                                             "cmake", "migrations", "deploy", "scripts", ".ci"};
constexpr std::string_view kCodeFiles[] = {"dev", "CMakeLists.txt"};

std::vector<std::string> read_lines(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Files and folders under the given folders of root, in a stable order.
std::vector<fs::path> entries(const fs::path& root, const std::vector<std::string_view>& folders) {
  std::vector<fs::path> found;
  for (const std::string_view folder : folders) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> code_entries(const fs::path& root) {
  auto found = entries(root, {std::begin(kCodeFolders), std::end(kCodeFolders)});
  for (const std::string_view file : kCodeFiles) {
    if (fs::exists(root / file)) found.push_back(root / file);
  }
  return found;
}

bool is_source(const fs::path& file) { return file.extension() == ".h" || file.extension() == ".cpp"; }

std::string name_in(const fs::path& root, const fs::path& file) {
  return file.lexically_relative(root).generic_string();
}

struct Include {
  std::string header;
  bool quoted;
};

std::optional<Include> parse_include(std::string_view line) {
  const auto skip = [&line](std::string_view text) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with(text)) return false;
    line.remove_prefix(text.size());
    return true;
  };
  if (!skip("#") || !skip("include")) return std::nullopt;
  const bool quoted = skip("\"");
  if (!quoted && !skip("<")) return std::nullopt;
  const auto end = line.find(quoted ? '"' : '>');
  if (end == std::string_view::npos) return std::nullopt;
  return Include{.header = std::string(line.substr(0, end)), .quoted = quoted};
}

// Finds the comments of a file's lines, given one after another: raw strings go on over several.
class CodeLines {
 public:
  // Where a comment to the end of the line begins.
  std::optional<std::size_t> comment_of(std::string_view line) {
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (raw_end_) {
        const auto end = line.find(*raw_end_, at);
        if (end == std::string_view::npos) return std::nullopt;
        at = end + raw_end_->size() - 1;
        raw_end_.reset();
      } else if (line[at] == '"' && at > 0 && line[at - 1] == 'R') {
        const auto open = line.find('(', at);
        if (open == std::string_view::npos) return std::nullopt;
        raw_end_ = ")" + std::string(line.substr(at + 1, open - at - 1)) + "\"";
        at = open;
      } else if (line[at] == '"' || (line[at] == '\'' && !is_digit_separator(line, at))) {
        at = end_of_literal(line, at);
      } else if (line.substr(at).starts_with("/*")) {
        const auto end = line.find("*/", at + 2);
        if (end == std::string_view::npos) return std::nullopt;
        at = end + 1;
      } else if (line.substr(at).starts_with("//")) {
        return at;
      }
    }
    return std::nullopt;
  }

 private:
  static bool is_digit_separator(std::string_view line, std::size_t at) {
    return at > 0 && std::isxdigit(static_cast<unsigned char>(line[at - 1])) && at + 1 < line.size() &&
           std::isxdigit(static_cast<unsigned char>(line[at + 1]));
  }
  static std::size_t end_of_literal(std::string_view line, std::size_t at) {
    const char quote = line[at];
    for (++at; at < line.size() && line[at] != quote; ++at) {
      if (line[at] == '\\') ++at;
    }
    return at;
  }

  std::optional<std::string> raw_end_;
};

// src/main.cpp is a folder of its own, "main".
std::string folder_of(const fs::path& file_in_src) {
  const auto first = *file_in_src.begin();
  return first == file_in_src ? first.stem().string() : first.string();
}

bool begins_with_any(const std::string& text, const std::vector<std::string>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const std::string& beginning) { return text.starts_with(beginning); });
}

// A line is `room: other another`. A room may have several. Lines without a colon are none.
std::map<std::string, std::set<std::string>> read_rooms(const fs::path& file) {
  std::map<std::string, std::set<std::string>> rooms;
  for (const std::string& line : read_lines(file)) {
    const auto colon = line.find(':');
    if (line.starts_with('#') || colon == std::string::npos) continue;
    std::istringstream rest(line.substr(colon + 1));
    auto& may_include = rooms[line.substr(0, colon)];
    for (std::string room; rest >> room;) may_include.insert(room);
  }
  return rooms;
}

}  // namespace

Rules project_rules(const fs::path& root) {
  return {
      .may_include = read_rooms(root / "src/rooms.txt"),
      .business = {"core", "events", "flights", "payment", "ledger", "booking", "sync", "audit", "stress"},
      .technology = {"boost/asio", "boost/beast", "boost/redis", "boost/json", "boost/url", "spdlog/",
                     "prometheus/", "CLI/", "sqlite3.h", "libpq-fe.h"},
      .longest_file = 500,
      .long_files = {{"src/core/limits.h", "every limit in one place, each with a sentence of its own"},
                     {"src/redis/redis_connection.cpp",
                      "one state machine: sessions, deadlines, and what a server refuses, all of one state"}},
      .longest_line = 110,
      .empty_words = {"util", "utils", "utility", "utilities", "common", "manager", "managers", "helper",
                      "helpers"},
      .retired_words = {"FlightNews",    "SeatNews",     "NewsTeller",  "FlightTeller",  "Untold",
                        "begin_telling", "keep_telling", "end_telling", "mark_complete", "GateLook",
                        "IndexLook",     "IndexLooks",   "FlightLooks", "RowStamp",      "KnownBooking",
                        "FrameStock",    "Shelf",        "LedgerReads", "Wire",          "Parts",
                        "RedisParts",    "LedgerParts",  "SharedParts", "PaymentNews",   "ToldBooking"},
  };
}

Problems check_includes(const fs::path& root, const Rules& rules) {
  Problems problems;
  std::set<std::pair<std::string, std::string>> used;
  for (const fs::path& file : entries(root, {"src"})) {
    if (!is_source(file)) continue;
    const std::string folder = folder_of(file.lexically_relative(root / "src"));
    const std::string name = name_in(root, file);
    const auto rule = rules.may_include.find(folder);
    if (rule == rules.may_include.end()) {
      problems.push_back(name + ": no rule says what the folder " + folder + " may include");
      continue;
    }
    const bool is_test = file.stem().string().ends_with("_test");
    for (const std::string& line : read_lines(file)) {
      const auto include = parse_include(line);
      if (!include) continue;
      const auto& header = include->header;
      const auto slash = header.find('/');
      const std::string target = header.substr(0, slash);
      if (include->quoted && slash == std::string::npos) {
        problems.push_back(name + ": includes " + header + " without its folder");
      } else if (include->quoted && rule->second.contains(target)) {
        used.emplace(folder, target);
      } else if (include->quoted && target != folder && !rule->second.contains(target) &&
                 !(is_test && (target == "support" || target == "doubles"))) {
        problems.push_back(name + ": " + folder + " may not include " + header);
      }
      if (rules.business.contains(folder) && begins_with_any(header, rules.technology)) {
        problems.push_back(name + ": technology in a business folder: " + header);
      }
    }
  }
  for (const auto& [folder, rights] : rules.may_include) {
    for (const std::string& right : rights) {
      if (rules.rights_are_used && !used.contains({folder, right}))
        problems.push_back(folder + " includes nothing of " + right + ", and need not be allowed to");
    }
  }
  return problems;
}

Problems check_built(const fs::path& root, const fs::path& compile_commands) {
  std::set<fs::path> built;
  constexpr std::string_view kKey = "\"file\": \"";
  for (const std::string& line : read_lines(compile_commands)) {
    const auto begin = line.find(kKey);
    if (begin == std::string::npos) continue;
    const auto path = line.substr(begin + kKey.size(), line.rfind('"') - begin - kKey.size());
    built.insert(fs::path(path).lexically_normal());
    if (!path.ends_with(".cxx")) continue;
    // CMake's own file of a unity build, which includes ours.
    for (const std::string& inner : read_lines(path)) {
      if (const auto include = parse_include(inner))
        built.insert(fs::path(include->header).lexically_normal());
    }
  }
  Problems problems;
  for (const fs::path& file : entries(root, {"src", "tests", "bench"})) {
    if (file.extension() == ".cpp" && !built.contains(file.lexically_normal())) {
      problems.push_back(name_in(root, file) + ": is in no CMakeLists.txt, so nothing builds it");
    }
  }
  return problems;
}

Problems check_length(const fs::path& root, const Rules& rules) {
  Problems problems;
  std::set<std::string> still_long;
  for (const fs::path& file : code_entries(root)) {
    if (!fs::is_regular_file(file)) continue;
    const auto lines = read_lines(file).size();
    if (lines <= static_cast<std::size_t>(rules.longest_file)) continue;
    const std::string name = name_in(root, file);
    const auto listed = rules.long_files.find(name);
    if (listed != rules.long_files.end() && !listed->second.empty()) {
      still_long.insert(name);
    } else {
      problems.push_back(name + ": " + std::to_string(lines) +
                         " lines and no reason given in the check's list");
    }
  }
  for (const auto& [name, reason] : rules.long_files) {
    if (!still_long.contains(name))
      problems.push_back(name + ": listed as long without being so, or without reason");
  }
  return problems;
}

Problems check_names(const fs::path& root, const Rules& rules) {
  Problems problems;
  for (const fs::path& entry : code_entries(root)) {
    std::string word;
    for (const char c : entry.filename().string() + '.') {
      if (c != '_' && c != '-' && c != '.') {
        word += c;
      } else {
        if (rules.empty_words.contains(word)) {
          problems.push_back(name_in(root, entry) + ": \"" + word + "\" says nothing of what is inside");
        }
        word.clear();
      }
    }
  }
  return problems;
}

Problems check_width(const fs::path& root, const Rules& rules) {
  static const std::set<std::string> kTexts = {".h", ".cpp", ".lua", ".py", ".sh", ".in", ".cmake", ".txt"};
  static const std::set<std::string> kPrograms = {"dev", ".ci/run", "scripts/apt_install"};
  Problems problems;
  for (const fs::path& file : code_entries(root)) {
    const bool of_code =
        kTexts.contains(file.extension().string()) || kPrograms.contains(name_in(root, file));
    if (!of_code || !fs::is_regular_file(file)) continue;
    std::size_t number = 0;
    for (const std::string& line : read_lines(file)) {
      ++number;
      // Of UTF-8, each character has one byte that is no continuation.
      const auto characters = std::count_if(
          line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
      if (characters > rules.longest_line)
        problems.push_back(name_in(root, file) + ':' + std::to_string(number) + ": " +
                           std::to_string(characters) + " characters");
    }
  }
  return problems;
}

Problems check_comments(const fs::path& root) {
  Problems problems;
  for (const fs::path& file : entries(root, {"src", "tests", "bench"})) {
    if (!is_source(file)) continue;
    CodeLines code;
    std::size_t number = 0;
    for (const std::string& line : read_lines(file)) {
      ++number;
      const auto comment = code.comment_of(line);
      if (!comment || line.find_first_not_of(" \t") == *comment) continue;
      const std::string_view text = std::string_view(line).substr(*comment);
      const bool by_custom = line.starts_with('#') || line.starts_with("}  // namespace") ||
                             text.starts_with("// NOLINT") || text.starts_with("// clang-format");
      if (!by_custom)
        problems.push_back(name_in(root, file) + ':' + std::to_string(number) + ": a comment after code");
    }
  }
  return problems;
}

Problems check_words(const fs::path& root, const Rules& rules) {
  Problems problems;
  auto files = code_entries(root);
  const auto documents = entries(root, {"docs"});
  files.insert(files.end(), documents.begin(), documents.end());
  for (const std::string_view file : {"ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"}) {
    if (fs::exists(root / file)) files.push_back(root / file);
  }
  for (const fs::path& file : files) {
    // This folder has to name them.
    if (!fs::is_regular_file(file) || name_in(root, file).starts_with("tests/layout/")) continue;
    std::size_t number = 0;
    for (const std::string& line : read_lines(file)) {
      ++number;
      std::string word;
      for (const char c : line + ' ') {
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') {
          word += c;
          continue;
        }
        if (rules.retired_words.contains(word))
          problems.push_back(name_in(root, file) + ':' + std::to_string(number) + ": " + word);
        word.clear();
      }
    }
  }
  return problems;
}

}  // namespace flightdeck::layout
