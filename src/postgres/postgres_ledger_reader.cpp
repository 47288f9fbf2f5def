#include "postgres/postgres_ledger_reader.h"

#include "core/limits.h"
#include "core/page.h"
#include "postgres/rows.h"

namespace flightdeck::postgres {

using flights::Flight;
using flights::SearchPage;
using flights::SortOrder;
using ledger::Booking;
using ledger::BookingPage;

namespace {

// What runs all the time is planned once a connection.
const Statement bookings_by_id{"bookings_by_id", select_bookings_with_writer("WHERE b.id = ANY($1::uuid[])")};
const Statement flights_by_id{"flights_by_id", select_flights_with_writer("WHERE id = ANY($1::uuid[])")};
const Statement changed_flights{"changed_flights",
                                select_flights_with_writer("WHERE (updated_period, id::text COLLATE \"C\") > "
                                                           "($1::timestamptz, $2::text) "
                                                           "ORDER BY updated_period, id::text COLLATE \"C\" "
                                                           "LIMIT $3::bigint")};
const Statement closed_page{
    "closed_page",
    "SELECT id, available_seats < total_seats FROM flights WHERE status = 'CANCELLED' "
    "AND id::text COLLATE \"C\" > $1::text ORDER BY id::text COLLATE \"C\" "
    "LIMIT $2::bigint"};
// A subquery for each intent and not a join, since a join leaves the planner a choice.
const std::string cancelled_of_keys =
    "SELECT k.place FROM unnest($1::text[], $2::timestamptz[]) WITH ORDINALITY AS k (number, departure, "
    "place) "
    "CROSS JOIN LATERAL (SELECT 1 FROM flights WHERE flight_number = k.number "
    "AND departure_ts = k.departure AND lower(status) = 'cancelled' LIMIT 1) f ORDER BY k.place";
const Statement pending_count{"pending_count",
                              "SELECT count(*) FROM booking_intents i "
                              "WHERE (SELECT b.status FROM bookings b WHERE b.id = i.id) = 'PENDING'"};

const std::string seat_count_sql =
    "SELECT coalesce(sum(seats) FILTER (WHERE status = 'PENDING'), 0)::bigint, "
    "coalesce(sum(seats) FILTER (WHERE status = 'CONFIRMED'), 0)::bigint, "
    // The writer may be any of them: one that has yet to begin stands for all.
    "pg_snapshot_xmax(pg_current_snapshot())::xid, " +
    std::string(commits_wait) + " FROM bookings WHERE flight_id = $1::uuid";
const std::string live_sql =
    "SELECT id FROM bookings WHERE flight_id = $1::uuid AND status IN ('PENDING', 'CONFIRMED') "
    "LIMIT $2::bigint";

// Of the column `updated_period`.
using ChangePeriod = std::chrono::duration<std::int64_t, std::ratio<limits::change_period.count()>>;

std::int64_t one_more(std::size_t limit) { return static_cast<std::int64_t>(limit) + 1; }

// SQL that is put together condition by condition, with the parameters it has so far.
struct Query {
  std::string sql;
  Parameters parameters;

  // The text that stands for a new parameter.
  template <class T>
  std::string parameter(const T& value, const char* type) {
    parameters.add(value);
    return "$" + std::to_string(parameters.count()) + "::" + type;
  }
};

void add_limit(Query& query, std::int64_t limit) {
  query.sql += " LIMIT ";
  query.sql += query.parameter(limit, "bigint");
}

// Of a user, newest first.
void add_bookings_of(Query& to, const ledger::BookingListQuery& query) {
  to.sql += "WHERE b.user_id = " + to.parameter(query.user, "uuid");
  if (query.after) {
    to.sql += " AND (b.created_at, b.id) < (" + to.parameter(query.after->created_at, "timestamptz") + ", " +
              to.parameter(query.after->id, "uuid") + ")";
  }
  to.sql += " ORDER BY b.created_at DESC, b.id DESC";
}

// Orders as flights::position_of.
std::string_view rank_of(SortOrder sort) {
  switch (sort) {
    case SortOrder::price: return "(price * 100)::bigint";
    case SortOrder::fastest:
      return "coalesce((extract(epoch FROM arrival_ts - departure_ts) * 1000)::bigint, 9223372036854775807)";
    case SortOrder::departure: return "departure_ts";
  }
  return "departure_ts";
}

// A local date at any offset from UTC lies within a day of the same date in UTC. Indexes are of departures.
void add_date(Query& query, Date date) {
  const Instant midnight{std::chrono::sys_days{date}};
  query.sql += " AND departure_date = ";
  query.sql += query.parameter(date, "date");
  query.sql += " AND departure_ts >= " + query.parameter(midnight - std::chrono::hours{24}, "timestamptz");
  query.sql += " AND departure_ts < " + query.parameter(midnight + std::chrono::hours{48}, "timestamptz");
}

}  // namespace

PostgresLedgerReader::PostgresLedgerReader(const std::string& url, std::shared_ptr<DatabaseWatch> watch)
    : watch_(std::move(watch)),
      link_(url, Purpose::reading,
            {bookings_by_id, flights_by_id, changed_flights, closed_page, pending_count}, watch_->outages) {}

PostgresLedgerReader::PostgresLedgerReader(const std::string& url, Log& log)
    : PostgresLedgerReader(url, std::make_shared<DatabaseWatch>(url, log)) {}

template <class Query>
QueryResult PostgresLedgerReader::read(const Query& query, const Parameters& parameters) {
  return link_.run(limits::ledger_answer_deadline, [&](Connection& connection, Deadline deadline) {
    connection.queue(query, parameters);
    QueryResults results = connection.finish(deadline);
    return std::move(results.front());
  });
}

template <class Query>
QueryResult PostgresLedgerReader::read_durable(const Query& query, const Parameters& parameters) {
  return link_.run(limits::ledger_answer_deadline, [&](Connection& connection, Deadline deadline) {
    connection.queue(query, parameters);
    QueryResults results = connection.finish(deadline);
    if (may_be_lost(results.front(), watch_->standby))
      watch_->standby.confirm(server_identity(connection, deadline), deadline);
    return std::move(results.front());
  });
}

std::vector<Booking> PostgresLedgerReader::bookings(std::span<const BookingId> ids) {
  if (ids.empty()) return {};
  Parameters p;
  return read_bookings(read_durable(bookings_by_id, add_ids(p, ids)));
}

std::vector<Flight> PostgresLedgerReader::flights(std::span<const FlightId> ids) {
  if (ids.empty()) return {};
  Parameters p;
  return read_flights(read_durable(flights_by_id, add_ids(p, ids)));
}

BookingPage PostgresLedgerReader::list_bookings(const ledger::BookingListQuery& query) {
  Query q;
  add_bookings_of(q, query);
  if (!query.status) {
    add_limit(q, one_more(query.limit));
    const QueryResult result = read_durable(select_bookings_with_writer(q.sql), q.parameters);
    return ledger::booking_page(read_bookings(result), query.limit);
  }
  // A user may have very many, and few or none of that status: so many are looked at, and the last of these
  // comes along whatever its status is, since the next page goes on there.
  constexpr auto looked_at = static_cast<std::int64_t>(limits::bookings_looked_at);
  add_limit(q, looked_at);
  q.sql.insert(0,
               "FROM (SELECT b.*, b.xmin, row_number() OVER (ORDER BY created_at DESC, id DESC) AS place "
               "FROM bookings b ");
  q.sql += ") b WHERE b.status = " + q.parameter(to_string(*query.status), "text");
  q.sql += " OR b.place = " + q.parameter(looked_at, "bigint");
  q.sql += " ORDER BY b.created_at DESC, b.id DESC";
  add_limit(q, one_more(query.limit));
  const QueryResult result = read_durable(select_placed_bookings_with_writer(q.sql), q.parameters);
  const int last = result.rows() - 1;
  const bool looked_at_all = last < 0 || result.integer(last, booking_column_count) < looked_at;
  std::vector<Booking> rows = read_bookings(result);
  const auto end = rows.empty() ? std::nullopt : std::optional(ledger::position_of(rows.back()));
  if (!rows.empty() && rows.back().status != *query.status) rows.pop_back();
  BookingPage page = ledger::booking_page(std::move(rows), query.limit);
  if (!page.next && !looked_at_all) page.next = end;
  return page;
}

SearchPage PostgresLedgerReader::list_flights(const ledger::FlightListQuery& query) {
  Query q;
  // What all flights meet, and a condition of the index of departures: a list of a place must not walk
  // through that one.
  q.sql = query.source || query.destination ? "WHERE true" : "WHERE total_seats >= 0";
  if (query.source) q.sql += " AND lower(source) = " + q.parameter(*query.source, "text");
  if (query.destination) q.sql += " AND lower(destination) = " + q.parameter(*query.destination, "text");
  if (query.date) add_date(q, *query.date);
  if (query.after) {
    q.sql += " AND (departure_ts, id) > (" + q.parameter(query.after->departure, "timestamptz") + ", " +
             q.parameter(query.after->id, "uuid") + ")";
  }
  q.sql += " ORDER BY departure_ts, id LIMIT " + q.parameter(one_more(query.limit), "bigint");
  SearchPage page;
  page.flights = read_flights(read_durable(select_flights_with_writer(q.sql), q.parameters));
  page.more = cut_to(page.flights, query.limit);
  return page;
}

SearchPage PostgresLedgerReader::search(const flights::SearchQuery& query, Instant now) {
  Query q;
  const std::string rank(rank_of(query.sort));
  q.sql = "WHERE lower(source) = " + q.parameter(query.source, "text");
  q.sql += " AND lower(destination) = " + q.parameter(query.destination, "text");
  add_date(q, query.date);
  q.sql += " AND status = 'SCHEDULED' AND departure_ts > " + q.parameter(now, "timestamptz");
  q.sql += " AND available_seats >= " + q.parameter(query.seats, "bigint");
  if (query.after) {
    const std::string rank_after = query.sort == SortOrder::departure
                                       ? q.parameter(from_unix_ms(query.after->rank), "timestamptz")
                                       : q.parameter(query.after->rank, "bigint");
    q.sql += " AND (" + rank + ", departure_ts, id) > (" + rank_after + ", " +
             q.parameter(query.after->departure, "timestamptz") + ", " +
             q.parameter(query.after->id, "uuid") + ")";
  }
  q.sql += " ORDER BY " + rank + ", departure_ts, id LIMIT " + q.parameter(one_more(query.limit), "bigint");
  SearchPage page;
  page.flights = read_flights(read(select_flights(q.sql), q.parameters));
  page.more = cut_to(page.flights, query.limit);
  return page;
}

ledger::SeatCounts PostgresLedgerReader::seat_counts(FlightId flight) {
  Parameters p;
  const QueryResult row = read_durable(seat_count_sql, p.add(flight));
  return {row.integer(0, 0), row.integer(0, 1)};
}

std::vector<BookingId> PostgresLedgerReader::live_bookings(FlightId flight, std::size_t limit) {
  Parameters p;
  p.add(flight).add(static_cast<std::int64_t>(limit));
  return read_ids<BookingId>(read(live_sql, p));
}

ledger::ClosedFlights PostgresLedgerReader::closed_flights(FlightId after, std::size_t looked_at) {
  Parameters p;
  const QueryResult page = read(closed_page, p.add(after.str()).add(static_cast<std::int64_t>(looked_at)));
  ledger::ClosedFlights closed;
  for (int row = 0; row < page.rows(); ++row) {
    if (page.truth(row, 1)) closed.with_bookings.push_back(page.id<FlightId>(row, 0));
  }
  if (static_cast<std::size_t>(page.rows()) == looked_at) closed.next = page.id<FlightId>(page.rows() - 1, 0);
  return closed;
}

std::vector<Flight> PostgresLedgerReader::flights_changed(Instant since, FlightId after, std::size_t limit) {
  Parameters p;
  const Instant period = std::chrono::floor<ChangePeriod>(since);
  p.add(period).add(after.str()).add(static_cast<std::int64_t>(limit));
  return read_flights(read_durable(changed_flights, p));
}

std::int64_t PostgresLedgerReader::pending_bookings() { return read(pending_count).integer(0, 0); }

bool PostgresLedgerReader::any_flight() {
  return read(std::string("SELECT 1 FROM flights LIMIT 1")).rows() == 1;
}

std::vector<ledger::NaturalKey> PostgresLedgerReader::cancelled_of(std::span<const ledger::NaturalKey> keys) {
  Parameters p;
  p.add_array(keys, [](const ledger::NaturalKey& key) { return std::string_view(key.first); });
  p.add_array(keys, [](const ledger::NaturalKey& key) { return key.second; });
  const QueryResult result = read(cancelled_of_keys, p);
  std::vector<ledger::NaturalKey> found;
  for (int row = 0; row < result.rows(); ++row)
    found.push_back(keys[static_cast<std::size_t>(result.integer(row, 0)) - 1]);
  return found;
}

}  // namespace flightdeck::postgres
