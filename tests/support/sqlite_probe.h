// Plain SQL on the server's database file, read-only: the truth that answers are checked against.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace flightdeck::test {

class SqliteProbe {
 public:
  // The file must exist. Throws on any SQLite error, here and below.
  explicit SqliteProbe(const std::filesystem::path& file);
  ~SqliteProbe();
  SqliteProbe(const SqliteProbe&) = delete;
  SqliteProbe& operator=(const SqliteProbe&) = delete;

  // The single integer the query gives; NULL and no row are 0.
  std::int64_t number(const std::string& sql) const;
  // All rows as text; NULL is "", a 16-byte BLOB its UUID.
  std::vector<std::vector<std::string>> rows(const std::string& sql) const;
  // The first column of all rows.
  std::vector<std::string> column(const std::string& sql) const;

 private:
  sqlite3* database_ = nullptr;
};

// A UUID as an SQL literal: X'0197…'.
std::string id_literal(std::string_view uuid);
// A text as an SQL literal.
std::string text_literal(std::string_view text);

// How many events of that type mention that subject; with an empty subject, all of that type.
std::int64_t events_of(const SqliteProbe& probe, std::string_view type, std::string_view subject = {});

}  // namespace flightdeck::test
