#include "support/sqlite_probe.h"

#include <sqlite3.h>

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "support/deadline.h"

namespace flightdeck::test {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Statement prepare(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    throw std::runtime_error(std::string(sqlite3_errmsg(database)) + " in " + sql);
  }
  return Statement(statement);
}

bool step(sqlite3* database, const Statement& statement) {
  const int code = sqlite3_step(statement.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(database));
  return code == SQLITE_ROW;
}

std::string uuid_text(const unsigned char* bytes) {
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    std::array<char, 3> two{};
    std::snprintf(two.data(), two.size(), "%02x", bytes[i]);
    text.append(two.data());
  }
  return text;
}

std::string column_text(sqlite3_stmt* statement, int index) {
  const int size = sqlite3_column_bytes(statement, index);
  if (sqlite3_column_type(statement, index) == SQLITE_BLOB && size == 16) {
    return uuid_text(static_cast<const unsigned char*>(sqlite3_column_blob(statement, index)));
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

SqliteProbe::SqliteProbe(const std::filesystem::path& file) {
  if (sqlite3_open_v2(file.c_str(), &database_, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) {
    const std::string message = sqlite3_errmsg(database_);
    sqlite3_close(database_);
    throw std::runtime_error(file.string() + ": " + message);
  }
  sqlite3_busy_timeout(database_, static_cast<int>(patient(std::chrono::seconds(10)).count()));
}

SqliteProbe::~SqliteProbe() { sqlite3_close(database_); }

std::vector<std::vector<std::string>> SqliteProbe::rows(const std::string& sql) const {
  const Statement statement = prepare(database_, sql);
  std::vector<std::vector<std::string>> all;
  while (step(database_, statement)) {
    std::vector<std::string> row;
    for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
      row.push_back(column_text(statement.get(), i));
    }
    all.push_back(std::move(row));
  }
  return all;
}

std::string SqliteProbe::id_literal(std::string_view uuid) const {
  std::string literal = "X'";
  for (const char c : uuid) {
    if (c != '-') literal.push_back(c);
  }
  return literal + "'";
}

}  // namespace flightdeck::test
