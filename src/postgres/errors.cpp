#include "postgres/errors.h"

#include "booking/ledger.h"

namespace flightdeck::postgres {

Meaning meaning_of(std::string_view state) {
  if (state == "40001" || state == "40P01" || state == "23505") return Meaning::conflict;
  // What the database cannot hold, a value or a row that breaks a CHECK: alone, it fails alone.
  if (state.starts_with("22") || state == "23514") return Meaning::conflict;
  if (state == "25006") return Meaning::elsewhere;
  return Meaning::unavailable;
}

void throw_as_ledger_error(const DatabaseError& error) {
  if (meaning_of(error.state()) == Meaning::conflict) throw booking::LedgerConflict(error.what());
  throw UnavailableError(error.what());
}

std::string one_line(std::string_view message) {
  std::string line;
  for (const char c : message) {
    if (c != '\n') {
      line.push_back(c == '\t' ? ' ' : c);
    } else if (!line.empty() && line.back() != ' ') {
      line.append("; ");
    }
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == ';')) line.pop_back();
  return line;
}

}  // namespace flightdeck::postgres
