#include "postgres/errors.h"

#include <algorithm>
#include <initializer_list>

#include "ledger/ledger.h"

namespace flightdeck::postgres {

namespace {

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [text](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

// The state at the start of `rest`, as in `28P01: password …`.
std::string_view state_at(std::string_view rest) {
  constexpr std::size_t size = 5;
  const auto in_states = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  if (rest.size() < size + 2 || rest.substr(size, 2) != ": ") return {};
  const std::string_view state = rest.substr(0, size);
  return std::all_of(state.begin(), state.end(), in_states) ? state : std::string_view();
}

// `FATAL:  28P01: password …` -> 28P01; of several the last one.
std::string_view last_state(std::string_view text) {
  constexpr std::string_view before = ":  ";
  for (std::size_t at = text.rfind(before); at != std::string_view::npos;) {
    const std::string_view state = state_at(text.substr(at + before.size()));
    if (!state.empty()) return state;
    if (at == 0) break;
    at = text.rfind(before, at - 1);
  }
  return {};
}

bool state_is_lasting(std::string_view state, std::string_view text) {
  // Starting up, shutting down, out of connections or memory.
  if (state.starts_with("57P") || state.starts_with("53")) return false;
  // A pooler says 08P01 of everything, also of what the server behind it says.
  if (state.starts_with("08")) {
    return has_any(text, {"authentication failed", "does not exist", "no pg_hba.conf entry", "no such",
                          "unsupported startup parameter", "not allowed", "not permitted", "SSL required",
                          "bouncer config error"});
  }
  return true;
}

// What libpq says by itself. Names that are not known, refused connections and servers that hang up may pass.
bool own_text_is_lasting(std::string_view text) {
  return has_any(text, {"SSL error", "does not support SSL", "certificate", "no password supplied",
                        "authentication", "SCRAM", "invalid ", "private key"});
}

}  // namespace

Meaning meaning_of(std::string_view state) {
  if (state == "40001" || state == "40P01" || state == "23505") return Meaning::conflict;
  // What the database cannot hold, a value or a row that breaks a CHECK: alone, it fails alone.
  if (state.starts_with("22") || state == "23514") return Meaning::conflict;
  if (state == "55P03") return Meaning::locked;
  // "cached plan must not change result type", "prepared statement does not exist".
  if (state == "0A000" || state == "26000") return Meaning::stale;
  if (state == "25006") return Meaning::elsewhere;
  return Meaning::unavailable;
}

void throw_as_ledger_error(const DatabaseError& error) {
  if (meaning_of(error.state()) == Meaning::conflict) throw ledger::LedgerConflict(error.what());
  if (meaning_of(error.state()) == Meaning::locked) throw ledger::RowsLockedError(error.what());
  throw UnavailableError(error.what());
}

ConnectFailure connect_failure(std::string_view text) {
  const std::string_view state = last_state(text);
  ConnectFailure failure;
  failure.lasting = state.empty() ? own_text_is_lasting(text) : state_is_lasting(state, text);
  std::string shown;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (!line.starts_with("LOCATION:")) shown.append(line).push_back('\n');
    begin = end + 1;
  }
  failure.line = one_line(shown);
  return failure;
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
