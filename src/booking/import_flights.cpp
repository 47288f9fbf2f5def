#include "booking/import_flights.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <ostream>
#include <utility>

#include "core/limits.h"
#include "core/sort_unique.h"
#include "flights/schedule_csv.h"
#include "ledger/apply_batch.h"

namespace flightdeck::booking {

namespace {

Error wrong(std::string detail) { return Error{ErrorCode::validation_failed, std::move(detail)}; }

std::string reason_of(const Error& error) {
  std::string reason;
  for (const FieldError& field : error.fields) {
    if (!reason.empty()) reason.append("; ");
    reason.append(field.field).append(": ").append(field.message);
  }
  return reason.empty() ? error.detail : reason;
}

class Import {
 public:
  Import(const ImportRequest& request, ledger::LedgerStore& store, ledger::LedgerReader& reader,
         const Clock& clock, Random& random)
      : request_(request), store_(store), ledger_(reader), clock_(clock), random_(random) {}

  Result<ImportSummary> run() {
    auto reader = flights::ScheduleReader::open(request_.schedule);
    if (!reader) return reader.error();
    find_shift();
    while (auto read = reader->next()) {
      if (auto* row = std::get_if<flights::ScheduleRow>(&*read)) {
        take(*row);
      } else {
        const auto& unreadable = std::get<flights::UnreadableRow>(*read);
        refuse(unreadable.line, unreadable.reason);
      }
      if (batch_.size() >= request_.batch) {
        if (!apply()) return std::move(summary_);
        report(reader->position());
      }
    }
    if (apply()) report(request_.schedule.size());
    return std::move(summary_);
  }

 private:
  void find_shift() {
    if (!request_.shift_to) return;
    const auto first = flights::first_departure_date(request_.schedule);
    if (first) shift_ = std::chrono::sys_days{*request_.shift_to} - std::chrono::sys_days{*first};
  }

  void take(flights::ScheduleRow& row) {
    if (shift_.count() != 0 && !flights::shift_row(row, shift_)) {
      return refuse(row.line, "departure_ts: would be moved out of the years 1 to 9999");
    }
    auto draft = flights::check_flight(row.input(), request_.rules);
    if (!draft) return refuse(row.line, reason_of(draft.error()));
    batch_.emplace_back(ledger::AddFlight{FlightId{make_uuid_v7(clock_.now(), random_)}, *std::move(draft),
                                          /*upsert=*/true});
    lines_.push_back(row.line);
  }

  // False: the database is away.
  bool apply() {
    if (batch_.empty()) return true;
    const std::size_t last_line = lines_.back();
    try {
      const ledger::BatchDecision decision = ledger::apply_batch(store_, batch_, clock_.now());
      for (std::size_t i = 0; i < batch_.size(); ++i) count(lines_[i], decision.outcomes[i]);
      done_to_line_ = last_line;
      count_cancelled();
    } catch (const UnavailableError& error) {
      summary_.failure = error.what();
      summary_.cut_short_after_line = done_to_line_;
      return false;
    }
    batch_.clear();
    lines_.clear();
    return true;
  }

  void count(std::size_t line, const Result<ledger::Applied>& outcome) {
    if (outcome) {
      const bool added = outcome->effect == ledger::Effect::added;
      ++(added ? summary_.added : summary_.updated);
      if (added) look_at_added(*outcome->flight);
    } else if (outcome.error().code == ErrorCode::unavailable) {
      ++summary_.not_written;
      summary_.failure = outcome.error().detail;
    } else {
      refuse(line, reason_of(outcome.error()));
    }
  }

  void look_at_added(const flights::Flight& flight) {
    if (flight.flight_number.empty()) {
      ++summary_.without_number;
    } else {
      added_keys_.emplace_back(flight.flight_number, flight.departure);
    }
  }

  void count_cancelled() {
    sort_unique(added_keys_);
    if (!added_keys_.empty()) summary_.beside_cancelled += ledger_.cancelled_of(added_keys_).size();
    added_keys_.clear();
  }

  void refuse(std::size_t line, std::string reason) {
    ++summary_.refused;
    if (summary_.refusals.size() < limits::import_refusals_listed) {
      summary_.refusals.push_back({line, std::move(reason)});
    }
  }

  void report(std::size_t done) const {
    if (request_.progress) request_.progress(done, request_.schedule.size());
  }

  const ImportRequest& request_;
  ledger::LedgerStore& store_;
  ledger::LedgerReader& ledger_;
  const Clock& clock_;
  Random& random_;
  std::chrono::days shift_{0};
  std::vector<ledger::Command> batch_;
  // Of the batch.
  std::vector<ledger::NaturalKey> added_keys_;
  // Where each command of the batch comes from.
  std::vector<std::size_t> lines_;
  // The header.
  std::size_t done_to_line_ = 1;
  ImportSummary summary_;
};

}  // namespace

Result<ImportSummary> import_flights(const ImportRequest& request, ledger::LedgerStore& store,
                                     ledger::LedgerReader& reader, const Clock& clock, Random& random) {
  return Import(request, store, reader, clock, random).run();
}

Result<std::string> read_schedule_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong(std::string("cannot be read: ") + std::strerror(errno));
  std::string text;
  constexpr std::size_t chunk = 1024 * 1024;
  while (file) {
    const std::size_t size = text.size();
    text.resize(size + chunk);
    file.read(text.data() + size, chunk);
    text.resize(size + static_cast<std::size_t>(file.gcount()));
    if (text.size() > limits::import_file_bytes) {
      return wrong("is larger than " + std::to_string(limits::import_file_bytes) + " bytes");
    }
  }
  if (file.bad()) return wrong("cannot be read");
  return text;
}

void print_summary(std::ostream& out, const ImportSummary& summary) {
  out << "added " << summary.added << ", updated " << summary.updated << ", refused " << summary.refused
      << '\n';
  if (summary.without_number > 0) {
    out << summary.without_number
        << " of those added have no flight number: another import adds them again\n";
  }
  if (summary.beside_cancelled > 0) {
    out << summary.beside_cancelled
        << " of those added have the number and departure of a cancelled flight, which stays cancelled\n";
  }
  if (!summary.redis_told) {
    out << "Redis did not hear of all of it; a worker's sweep tells it, and until then search may not show "
           "it\n";
  }
  if (summary.not_written > 0) {
    out << summary.not_written << " were not written, for the database failed: " << summary.failure
        << "; import it again to complete it\n";
  }
  if (summary.cut_short_after_line) {
    out << "the database does not answer: " << summary.failure << "; rows up to line "
        << *summary.cut_short_after_line
        << " are done, those behind it are not, or not for certain: import it again to complete it\n";
  }
  for (const RefusedRow& row : summary.refusals) out << "line " << row.line << ": " << row.reason << '\n';
  if (summary.refused > summary.refusals.size()) {
    out << "and " << summary.refused - summary.refusals.size() << " more\n";
  }
}

ImportProgress terminal_progress() {
  if (isatty(STDERR_FILENO) == 0) return {};
  return [](std::size_t done, std::size_t total) {
    constexpr std::size_t width = 40;
    const std::size_t filled = total == 0 ? width : done * width / total;
    const std::string bar = std::string(filled, '#') + std::string(width - filled, '.');
    std::fprintf(stderr, "\r[%s] %3zu%%%s", bar.c_str(), total == 0 ? 100 : done * 100 / total,
                 done == total ? "\n" : "");
    std::fflush(stderr);
  };
}

}  // namespace flightdeck::booking
