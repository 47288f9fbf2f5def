#include "flights/schedule_csv.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/limits.h"
#include "core/utf8.h"

namespace flightdeck::flights {

namespace {

constexpr std::string_view blanks = " \t";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

void trim(std::string& text) {
  const auto end = text.find_last_not_of(blanks);
  text.erase(end == std::string::npos ? 0 : end + 1);
  text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
}

std::int64_t whole_number_or_zero(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

Error bad_header(std::string detail) { return Error{ErrorCode::validation_failed, std::move(detail)}; }

std::string too_long() { return "is longer than " + std::to_string(limits::import_line_bytes) + " bytes"; }

}  // namespace

FlightInput ScheduleRow::input() const {
  return FlightInput{flight_number, source, destination, departure_ts, arrival_ts, total_seats, price};
}

Result<ScheduleReader> ScheduleReader::open(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  ScheduleReader reader(text);
  if (auto error = reader.read_header()) return *std::move(error);
  return reader;
}

std::optional<Error> ScheduleReader::read_header() {
  if (!skip_empty_lines()) return bad_header("The schedule is empty: it needs a header line.");
  if (const auto problem = read_fields()) return bad_header("The header " + *problem + ".");
  field_count_ = fields_.size();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const auto known = std::find(column_names.begin(), column_names.end(), fields_[i]);
    if (known == column_names.end()) {
      const std::string_view name = utf8_prefix(fields_[i], limits::field_shown_bytes);
      return bad_header("The header has an unknown column \"" + std::string(name) + "\".");
    }
    auto& place = place_of_[static_cast<std::size_t>(known - column_names.begin())];
    if (place) return bad_header("The header has the column " + fields_[i] + " twice.");
    place = i;
  }
  for (const Column column : {source, destination, departure_ts, total_seats, price}) {
    if (!place_of_[column]) {
      return bad_header("The header lacks the column " + std::string(column_names[column]) + ".");
    }
  }
  return std::nullopt;
}

std::optional<std::variant<ScheduleRow, UnreadableRow>> ScheduleReader::next() {
  if (!skip_empty_lines()) return std::nullopt;
  const std::size_t begin = at_;
  const std::size_t line = line_;
  if (auto problem = read_fields()) {
    line_ = line;
    skip_line(begin);
    return UnreadableRow{line, *std::move(problem)};
  }
  if (fields_.size() != field_count_) {
    return UnreadableRow{line, "has " + std::to_string(fields_.size()) + " fields, the header has " +
                                   std::to_string(field_count_)};
  }
  ScheduleRow row;
  row.line = line;
  row.flight_number = take(flight_number);
  row.source = take(source);
  row.destination = take(destination);
  row.departure_ts = take(departure_ts);
  row.arrival_ts = take(arrival_ts);
  row.total_seats = whole_number_or_zero(take(total_seats));
  row.price = take(price);
  return row;
}

// False at the end of the text.
bool ScheduleReader::skip_empty_lines() {
  while (at_ < text_.size()) {
    if (text_[at_] == '\n') {
      ++line_;
      ++at_;
    } else if (text_[at_] == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n')) {
      ++at_;
    } else {
      return true;
    }
  }
  return false;
}

void ScheduleReader::skip_line(std::size_t from) {
  const auto end = text_.find('\n', from);
  at_ = end == std::string_view::npos ? text_.size() : end + 1;
  ++line_;
}

// Reads the fields of one row up to and including its line end. Else says what is wrong with the row; then
// where the reader stands means nothing.
std::optional<std::string> ScheduleReader::read_fields() {
  const std::size_t row_begin = at_;
  std::size_t count = 0;
  for (bool more = true; more;) {
    if (fields_.size() == count) fields_.emplace_back();
    std::string& field = fields_[count++];
    field.clear();
    const std::size_t begin = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    if (begin < text_.size() && text_[begin] == '"') {
      if (auto problem = read_quoted(field, row_begin)) return problem;
    } else {
      const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
      // Before it is copied: without a line end it could be the whole file.
      if (end - row_begin > limits::import_line_bytes) return too_long();
      field.assign(text_.substr(at_, end - at_));
      at_ = end;
      if (field.find('"') != std::string::npos)
        return "has a quote inside a field that does not begin with one";
      if (at_ == text_.size() || text_[at_] == '\n') {
        if (field.ends_with('\r')) field.pop_back();
      }
    }
    if (at_ - row_begin > limits::import_line_bytes) return too_long();
    trim(field);
    more = at_ < text_.size() && text_[at_] == ',';
    if (at_ < text_.size()) ++at_;
  }
  fields_.resize(count);
  ++line_;
  return std::nullopt;
}

// A field in quotes, in which a quote is written twice. Ends on the comma or line end after it.
std::optional<std::string> ScheduleReader::read_quoted(std::string& field, std::size_t row_begin) {
  at_ = text_.find('"', at_) + 1;
  while (true) {
    const auto quote = text_.find('"', at_);
    if (quote == std::string_view::npos) return "has a quote that is never closed";
    if (quote - row_begin > limits::import_line_bytes)
      return too_long() + ", or has a quote that is never closed";
    const std::string_view part = text_.substr(at_, quote - at_);
    line_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
    field.append(part);
    at_ = quote + 1;
    if (at_ == text_.size() || text_[at_] != '"') break;
    field.push_back('"');
    ++at_;
  }
  at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
  if (text_.substr(at_).starts_with("\r\n")) ++at_;
  if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') return "has text after a closing quote";
  return std::nullopt;
}

std::string ScheduleReader::take(Column column) {
  const auto& place = place_of_[column];
  return place ? std::move(fields_[*place]) : std::string();
}

std::optional<Date> first_departure_date(std::string_view schedule) {
  auto reader = ScheduleReader::open(schedule);
  if (!reader) return std::nullopt;
  std::optional<Date> first;
  while (const auto read = reader->next()) {
    const auto* row = std::get_if<ScheduleRow>(&*read);
    if (row == nullptr) continue;
    const auto departure = parse_rfc3339(row->departure_ts);
    if (departure && (!first || departure->local_date < *first)) first = departure->local_date;
  }
  return first;
}

std::optional<std::string> shift_days(std::string_view timestamp, std::chrono::days days) {
  constexpr std::size_t date_chars = 10;
  const auto written = parse_rfc3339(timestamp);
  if (!written) return std::string(timestamp);
  const Date shifted{std::chrono::sys_days{written->local_date} + days};
  if (shifted.year() < std::chrono::year{1} || shifted.year() > std::chrono::year{9999}) return std::nullopt;
  return format_date(shifted).append(timestamp.substr(date_chars));
}

bool shift_row(ScheduleRow& row, std::chrono::days days) {
  auto departure = shift_days(row.departure_ts, days);
  auto arrival = shift_days(row.arrival_ts, days);
  if (!departure || !arrival) return false;
  row.departure_ts = *std::move(departure);
  row.arrival_ts = *std::move(arrival);
  return true;
}

}  // namespace flightdeck::flights
