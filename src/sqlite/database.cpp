#include "sqlite/database.h"

#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/showable.h"

namespace flightdeck::sqlite {

namespace {

// Another process (an import) may be writing.
constexpr int busy_timeout_ms = 2000;

std::string message_of(sqlite3* db, int code) {
  return std::string("SQLite: ") + (db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
}

[[noreturn]] void fail(sqlite3* db, int code) { throw SqliteError(code, message_of(db, code)); }

// When several processes turn a new file to WAL at once, SQLite tells all but one at once that it is busy:
// its timeout does not hold for locks that could wait for each other.
void turn_to_wal(Database& database) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{busy_timeout_ms};
  for (;;) {
    try {
      database.execute("PRAGMA journal_mode = WAL");
      return;
    } catch (const SqliteError& error) {
      if ((error.code() & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() >= deadline) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }
}

}  // namespace

Database::Database(const std::string& path, Mode mode) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (mode == Mode::read_write) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    // Opening the file says what is wrong.
    std::error_code ignored;
    if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  }
  const int code = sqlite3_open_v2(path.c_str(), &db_, flags, nullptr);
  if (code != SQLITE_OK) {
    const std::string message = message_of(db_, code) + ": " + showable(path);
    sqlite3_close_v2(db_);
    throw SqliteError(code, message);
  }
  try {
    sqlite3_busy_timeout(db_, busy_timeout_ms);
    execute("PRAGMA foreign_keys = ON");
    if (mode == Mode::read_write) {
      turn_to_wal(*this);
      execute("PRAGMA synchronous = FULL");
    }
  } catch (...) {
    sqlite3_close_v2(db_);
    throw;
  }
}

Database::~Database() { sqlite3_close_v2(db_); }

void Database::execute(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(db_, sqlite3_extended_errcode(db_));
}

Statement::Statement(Database& database, std::string_view sql) : db_(database.handle()) {
  check(sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)) {}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    const std::string message = message_of(db_, code);
    reset();
    throw SqliteError(code, message);
  }
  reset();
  return false;
}

void Statement::reset() { sqlite3_reset(statement_); }

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (!bytes) return {};
  return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

Uuid Statement::uuid(int column) const {
  Uuid uuid{};
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (!bytes || sqlite3_column_bytes(statement_, column) != 16)
    throw UnavailableError("SQLite: an id is not 16 bytes");
  std::memcpy(uuid.data(), bytes, 16);
  return uuid;
}

void Statement::bind_one(int at, std::int64_t value) { check(sqlite3_bind_int64(statement_, at, value)); }

void Statement::bind_one(int at, std::string_view value) {
  const char* bytes = value.data() ? value.data() : "";
  check(sqlite3_bind_text64(statement_, at, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind_one(int at, std::nullptr_t) { check(sqlite3_bind_null(statement_, at)); }

void Statement::bind_one(int at, const Uuid& value) {
  check(sqlite3_bind_blob64(statement_, at, value.data(), 16, SQLITE_TRANSIENT));
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) fail(db_, code);
}

}  // namespace flightdeck::sqlite
