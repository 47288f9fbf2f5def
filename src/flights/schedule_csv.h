// A flight schedule as CSV (RFC 4180): a header line that names the columns, in any order,
//   flight_number,source,destination,departure_ts,arrival_ts,total_seats,price
// of which flight_number and arrival_ts may be missing; then a flight a row. Pure: text in, rows out.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error.h"
#include "flights/flight.h"

namespace flightdeck::flights {

struct ScheduleRow {
  // The line where the row begins. The header is line 1.
  std::size_t line = 0;
  std::string flight_number;
  std::string source;
  std::string destination;
  std::string departure_ts;
  std::string arrival_ts;
  // 0 when the field is not a whole number; `check_flight` refuses that.
  std::int64_t total_seats = 0;
  std::string price;

  // The result has views into this row.
  FlightInput input() const;
};

// A row that does not fit the header or is not CSV.
struct UnreadableRow {
  std::size_t line = 0;
  std::string reason;
};

// Reads row after row. A byte order mark, CRLF and empty lines are accepted; blanks around a field are not
// part of it. After a row that cannot be read it goes on with the next line.
class ScheduleReader {
 public:
  // `text` outlives the reader. Error validation_failed: the header is missing, or has an unknown, repeated
  // or missing column.
  static Result<ScheduleReader> open(std::string_view text);

  // nullopt at the end.
  std::optional<std::variant<ScheduleRow, UnreadableRow>> next();

  // How many bytes of the text have been read.
  std::size_t position() const { return at_; }

 private:
  enum Column {
    flight_number,
    source,
    destination,
    departure_ts,
    arrival_ts,
    total_seats,
    price,
    column_count
  };
  static constexpr std::array<std::string_view, column_count> column_names = {
      "flight_number", "source", "destination", "departure_ts", "arrival_ts", "total_seats", "price"};

  explicit ScheduleReader(std::string_view text) : text_(text) {}
  std::optional<Error> read_header();
  bool skip_empty_lines();
  std::optional<std::string> read_fields();
  std::optional<std::string> read_quoted(std::string& field, std::size_t begin);
  void skip_line(std::size_t from);
  std::string take(Column column);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  // The fields of the row that was read last.
  std::vector<std::string> fields_;
  // The number of the field that holds each column.
  std::array<std::optional<std::size_t>, column_count> place_of_{};
  std::size_t field_count_ = 0;
};

// The earliest local departure date among the rows whose departure can be read. nullopt: there is none. The
// header of `schedule` must be valid.
std::optional<Date> first_departure_date(std::string_view schedule);

// Moves an RFC 3339 text by whole days, keeping local time and offset. A text that is not RFC 3339 is
// returned as it is. nullopt: the day would leave the years 1 to 9999.
std::optional<std::string> shift_days(std::string_view timestamp, std::chrono::days days);

// Moves departure and arrival by the same number of days. Returns false and leaves the row unchanged when a
// day would leave the years 1 to 9999.
bool shift_row(ScheduleRow& row, std::chrono::days days);

}  // namespace flightdeck::flights
