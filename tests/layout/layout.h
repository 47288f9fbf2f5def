// The shape of the source tree, as rules a test can check. Each check returns one line per broken rule,
// naming the file; an empty list is a pass.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace flightdeck::layout {

using Problems = std::vector<std::string>;

struct Rules {
  // Folder of src/ -> the other folders it may include. A folder that is not named here is refused.
  std::map<std::string, std::set<std::string>> may_include;
  // A right that no include needs is a broken rule.
  bool rights_are_used = true;
  // Folders that must stay free of technology, and the beginnings of the headers that would bring it in.
  std::set<std::string> business;
  std::vector<std::string> technology;
  // Every file up to this many lines; longer ones are listed with the reason.
  int longest_file;
  std::map<std::string, std::string> long_files;
  // Every line up to this many characters.
  int longest_line;
  // Words in names that say nothing of the contents.
  std::set<std::string> empty_words;
  // Identifiers that other words have replaced.
  std::set<std::string> retired_words;
};

// The rules of this project; who may include whom is in root/src/rooms.txt.
Rules project_rules(const std::filesystem::path& root);

// Under root/src: includes that go up or sideways, folders without a rule, rights that nobody uses, and
// technology in business folders.
Problems check_includes(const std::filesystem::path& root, const Rules& rules);

// Under root/src, root/tests and root/bench: .cpp files that compile_commands.json does not build, by
// themselves or in a unity build.
Problems check_built(const std::filesystem::path& root, const std::filesystem::path& compile_commands);

// Code files over the limit without a reason, and reasons no longer needed.
Problems check_length(const std::filesystem::path& root, const Rules& rules);

// Code files and folders named by an empty word.
Problems check_names(const std::filesystem::path& root, const Rules& rules);

// Lines with more characters than the rules allow, of everything but migrations: a database that has had one
// must find it unchanged.
Problems check_width(const std::filesystem::path& root, const Rules& rules);

// Comments of C++ that follow code on its line: they belong above it.
Problems check_comments(const std::filesystem::path& root);

// Files of code and documents that use a retired word; the history in CHANGELOG.md may.
Problems check_words(const std::filesystem::path& root, const Rules& rules);

}  // namespace flightdeck::layout
