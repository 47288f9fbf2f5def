#include "sqlite/sqlite_demo_load.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

#include "core/error.h"
#include "sqlite/reading.h"

namespace flightdeck::sqlite {

SqliteDemoLoad::SqliteDemoLoad(const std::string& path) : database_(path, Database::Mode::read_write) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  folder_ = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) throw UnavailableError("the folder of the database cannot be opened");
}

SqliteDemoLoad::~SqliteDemoLoad() { ::close(folder_); }

bool SqliteDemoLoad::take_turn() { return ::flock(folder_, LOCK_EX | LOCK_NB) == 0; }

std::optional<ledger::DemoMark> SqliteDemoLoad::mark() {
  return translated([this]() -> std::optional<ledger::DemoMark> {
    Statement query(database_, "SELECT first_day, completed_at IS NOT NULL FROM demo_data");
    if (!query.step()) return std::nullopt;
    const std::optional<Date> first_day = parse_date(query.text(0));
    if (!first_day) throw UnavailableError("the mark of the demo flights cannot be read");
    return ledger::DemoMark{*first_day, query.integer(1) != 0};
  });
}

void SqliteDemoLoad::begin(Date first_day) {
  translated([&] {
    const std::string text = format_date(first_day);
    Statement(database_, "INSERT INTO demo_data (one, first_day) VALUES (1, ?)").bind(text).run();
  });
}

void SqliteDemoLoad::complete(Instant now) {
  translated([&] { Statement(database_, "UPDATE demo_data SET completed_at = ?").bind(now).run(); });
}

}  // namespace flightdeck::sqlite
