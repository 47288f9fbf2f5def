// A thin RAII wrapper over the sqlite3 C API.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/money.h"
#include "core/time.h"

namespace flightdeck::sqlite {

// What SQLite says went wrong; `code` is its extended result code.
class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

class Statement;

// One connection; used from one thread at a time. Statements must not outlive it.
class Database {
 public:
  enum class Mode { read_write, read_only };

  // Opens, creating file and folders in read_write mode. WAL, synchronous=FULL, foreign keys on.
  Database(const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs statements without parameters or results.
  void execute(const char* sql);
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

  sqlite3* handle() const { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

// A write transaction of its own; what an exception leaves open is rolled back.
class ImmediateTransaction {
 public:
  explicit ImmediateTransaction(Database& database) : database_(database) {
    database_.execute("BEGIN IMMEDIATE");
  }
  ~ImmediateTransaction() {
    if (database_.in_transaction()) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  ImmediateTransaction(const ImmediateTransaction&) = delete;
  ImmediateTransaction& operator=(const ImmediateTransaction&) = delete;
  void commit() { database_.execute("COMMIT"); }

 private:
  Database& database_;
};

// A prepared statement. `reset` happens by itself: at the end of the rows, and before the next bind.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binds all parameters in order. Text is bound by reference: it must live until the rows are read.
  template <class... Values>
  Statement& bind(const Values&... values) {
    reset();
    int at = 0;
    (bind_one(++at, values), ...);
    return *this;
  }

  // Moves to the next row; false at the end.
  bool step();
  // For statements without rows.
  void run() {
    while (step()) {
    }
  }
  void reset();

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  // Empty for NULL.
  std::string text(int column) const;
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  Instant instant(int column) const { return from_unix_ms(integer(column)); }
  Money money(int column) const { return Money{integer(column)}; }
  template <class IdType>
  IdType id(int column) const {
    return IdType{uuid(column)};
  }
  Uuid uuid(int column) const;

 private:
  void bind_one(int at, std::int64_t value);
  void bind_one(int at, std::string_view value);
  void bind_one(int at, const std::string& value) { bind_one(at, std::string_view(value)); }
  void bind_one(int at, std::nullptr_t);
  void bind_one(int at, const Uuid& value);
  void bind_one(int at, Instant value) { bind_one(at, to_unix_ms(value)); }
  void bind_one(int at, Money value) { bind_one(at, value.minor); }
  template <class Tag>
  void bind_one(int at, const Id<Tag>& value) {
    bind_one(at, value.value);
  }
  template <class T>
  void bind_one(int at, const std::optional<T>& value) {
    if (value)
      bind_one(at, *value);
    else
      bind_one(at, nullptr);
  }
  void check(int code) const;

  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

// Text for a column that may be NULL: an empty string means none.
inline std::optional<std::string_view> null_if_empty(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace flightdeck::sqlite
