#include "postgres/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace flightdeck::postgres {

namespace {

constexpr int binary = 1;

std::string field_of(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text ? text : "";
}

}  // namespace

std::chrono::milliseconds Deadline::left() const {
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now());
  return std::max(rest, std::chrono::milliseconds::zero());
}

Deadline Deadline::at_most(std::chrono::milliseconds from_now) const {
  Deadline sooner(from_now);
  sooner.at_ = std::min(sooner.at_, at_);
  return sooner;
}

Connection::Connection(const ConnectionSettings& settings, Deadline deadline) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : settings.connect) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  handle_.reset(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (!handle_) throw ConnectionLost("PostgreSQL: out of memory");
  // Tells the state.
  PQsetErrorVerbosity(handle_.get(), PQERRORS_VERBOSE);
  connect(settings.connect, deadline);
  PQsetErrorVerbosity(handle_.get(), PQERRORS_DEFAULT);
  PQsetNoticeReceiver(handle_.get(), notice, this);
  if (PQsetnonblocking(handle_.get(), 1) != 0 || PQenterPipelineMode(handle_.get()) != 1) lost();
  set_session(settings.session, deadline);
}

// Warnings are the business of the server's own log, but for this one: a commit that did not wait to its end
// is answered like any other. It has no code of its own, and no other warning follows from what is sent here.
void Connection::notice(void* connection, const PGresult* notice) {
  const std::string state = field_of(notice, PG_DIAG_SQLSTATE);
  const bool warning = field_of(notice, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING";
  if (warning && (state == "01000" || state == "57P01"))
    static_cast<Connection*>(connection)->wait_cut_short_ = true;
}

void Connection::interrupt() noexcept { ::shutdown(PQsocket(handle_.get()), SHUT_RDWR); }

void Connection::connect(const NamedValues& settings, Deadline deadline) {
  const auto failed = [this, &settings] {
    const ConnectFailure failure = connect_failure(PQerrorMessage(handle_.get()));
    const std::string line = without_secrets(failure.line, settings);
    if (failure.lasting) throw ConnectionRefused("PostgreSQL: " + line);
    throw ConnectionLost("PostgreSQL: " + line);
  };
  if (PQstatus(handle_.get()) == CONNECTION_BAD) failed();
  PostgresPollingStatusType waits_for = PGRES_POLLING_WRITING;
  while (waits_for != PGRES_POLLING_OK) {
    if (waits_for == PGRES_POLLING_FAILED) failed();
    wait(waits_for == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
    waits_for = PQconnectPoll(handle_.get());
  }
}

// Set in one transaction and looked at in the next one, both in one round trip: a pooler that gives each
// transaction any server it has shows itself when the two differ.
void Connection::set_session(const NamedValues& session, Deadline deadline) {
  std::string set = "SELECT pg_backend_pid()";
  std::string look = set;
  Parameters values;
  Parameters names;
  for (const auto& [name, value] : session) {
    values.add(name).add(value);
    names.add(name);
    const std::string last = std::to_string(values.count());
    set.append(", set_config($").append(std::to_string(values.count() - 1)).append(", $");
    set.append(last).append(", false)");
    look.append(", current_setting($").append(std::to_string(names.count())).append(")");
  }
  queue(set, values);
  if (PQpipelineSync(handle_.get()) != 1) lost();
  queue(look, names);
  if (PQpipelineSync(handle_.get()) != 1) lost();
  flush(deadline);
  queued_ = 0;
  QueryResults answers;
  std::optional<DatabaseError> first_error;
  read_answers(answers, first_error, deadline);
  read_answers(answers, first_error, deadline);
  if (first_error) throw ConnectionRefused(first_error->what());
  const QueryResult& was_set = answers.at(0);
  const QueryResult& found = answers.at(1);
  backend_pid_ = static_cast<int>(found.integer(0, 0));
  for (std::size_t i = 0; i < session.size(); ++i) {
    const int column = static_cast<int>(i) + 1;
    if (found.text(0, column) != was_set.text(0, column)) {
      throw ConnectionRefused("PostgreSQL: " + session[i].first + " was set to \"" + was_set.text(0, column) +
                              "\" and is \"" + found.text(0, column) +
                              "\"; a pooler in between must pool sessions");
    }
  }
  if (was_set.integer(0, 0) != found.integer(0, 0)) {
    throw ConnectionRefused("PostgreSQL: a pooler in between must pool sessions, not transactions");
  }
}

void Connection::prepare(const Statement& statement) {
  sent(PQsendPrepare(handle_.get(), statement.name, statement.sql.c_str(), 0, nullptr));
}

void Connection::queue(const Statement& prepared, const Parameters& parameters) {
  const std::vector<const char*> values = parameters.values();
  const std::vector<int> formats(values.size(), binary);
  sent(PQsendQueryPrepared(handle_.get(), prepared.name, parameters.count(), values.data(),
                           parameters.lengths().data(), formats.data(), binary));
}

void Connection::queue(const std::string& sql, const Parameters& parameters) {
  const std::vector<const char*> values = parameters.values();
  const std::vector<int> formats(values.size(), binary);
  sent(PQsendQueryParams(handle_.get(), sql.c_str(), parameters.count(), nullptr, values.data(),
                         parameters.lengths().data(), formats.data(), binary));
}

QueryResults Connection::finish(Deadline deadline) {
  wait_cut_short_ = false;
  if (PQpipelineSync(handle_.get()) != 1) lost();
  flush(deadline);
  QueryResults results;
  results.reserve(queued_);
  queued_ = 0;
  std::optional<DatabaseError> first_error;
  read_answers(results, first_error, deadline);
  if (first_error && meaning_of(first_error->state()) == Meaning::stale)
    throw StatementsStale(first_error->what());
  if (first_error) throw DatabaseError(*first_error);
  return results;
}

void Connection::read_answers(QueryResults& results, std::optional<DatabaseError>& first_error,
                              Deadline deadline) {
  for (;;) {
    PGresult* answer = next_result(deadline);
    // The end of one statement's answer.
    if (!answer) continue;
    QueryResult result(answer);
    const ExecStatusType status = PQresultStatus(answer);
    if (status == PGRES_PIPELINE_SYNC) return;
    if (status == PGRES_FATAL_ERROR && !first_error) first_error = error_of(answer);
    results.push_back(std::move(result));
  }
}

void Connection::run_script(const std::string& sql, Deadline deadline) {
  if (PQexitPipelineMode(handle_.get()) != 1) lost();
  if (PQsendQuery(handle_.get(), sql.c_str()) != 1) lost();
  flush(deadline);
  std::optional<DatabaseError> first_error;
  while (PGresult* answer = next_result(deadline)) {
    const QueryResult result(answer);
    if (PQresultStatus(answer) == PGRES_FATAL_ERROR && !first_error) first_error = error_of(answer);
  }
  if (PQenterPipelineMode(handle_.get()) != 1) lost();
  if (first_error) throw DatabaseError(*first_error);
}

bool Connection::in_transaction() const {
  const PGTransactionStatusType status = PQtransactionStatus(handle_.get());
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

void Connection::wait(short events, Deadline deadline) const {
  for (;;) {
    pollfd socket{PQsocket(handle_.get()), events, 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(deadline.left().count()));
    if (ready > 0) return;
    if (ready == 0) throw ConnectionLost("PostgreSQL does not answer in time");
    if (errno != EINTR) lost();
  }
}

// Reads while it writes: a server whose answers nobody takes stops listening.
void Connection::flush(Deadline deadline) {
  for (;;) {
    const int left = PQflush(handle_.get());
    if (left == 0) return;
    if (left < 0) lost();
    wait(POLLIN | POLLOUT, deadline);
    if (PQconsumeInput(handle_.get()) != 1) lost();
  }
}

PGresult* Connection::next_result(Deadline deadline) {
  while (PQisBusy(handle_.get()) != 0) {
    wait(POLLIN, deadline);
    if (PQconsumeInput(handle_.get()) != 1) lost();
  }
  PGresult* result = PQgetResult(handle_.get());
  if (!result && PQstatus(handle_.get()) == CONNECTION_BAD) lost();
  return result;
}

DatabaseError Connection::error_of(const PGresult* result) const {
  const std::string state = field_of(result, PG_DIAG_SQLSTATE);
  const std::string severity = field_of(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (state.empty() || severity == "FATAL" || severity == "PANIC") {
    throw ConnectionLost("PostgreSQL: " + one_line(PQresultErrorMessage(result)));
  }
  return DatabaseError(state,
                       "PostgreSQL: " + field_of(result, PG_DIAG_MESSAGE_PRIMARY) + " (" + state + ")");
}

void Connection::sent(int accepted) {
  if (accepted != 1) lost();
  ++queued_;
}

void Connection::lost() const {
  throw ConnectionLost("PostgreSQL: " + one_line(PQerrorMessage(handle_.get())));
}

}  // namespace flightdeck::postgres
