#include "stress/answer.h"

#include <charconv>
#include <iterator>
#include <utility>

namespace flightdeck::stress {

namespace {

constexpr std::pair<std::string_view, Status> statuses[] = {{"PENDING", Status::pending},
                                                            {"CONFIRMED", Status::confirmed},
                                                            {"FAILED", Status::failed},
                                                            {"CANCELLED", Status::cancelled}};

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  const std::size_t next = text.find_first_not_of(" \t\r\n", at);
  return next == std::string_view::npos ? text.size() : next;
}

// The end of the string that begins after the quote before `begin`: the place of its closing quote.
std::size_t end_of_string(std::string_view json, std::size_t begin) {
  for (std::size_t at = begin; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at;
    }
  }
  return std::string_view::npos;
}

// Where the value of the next member of that name begins, from `at` on, which is set behind the name; npos:
// there is none.
std::size_t next_value(std::string_view json, std::string_view name, std::size_t& at) {
  for (at = json.find(name, at); at != std::string_view::npos; at = json.find(name, at + 1)) {
    const std::size_t after = at + name.size();
    // Inside a string, quotes are escaped: the one after such a name would follow a backslash.
    if (at == 0 || json[at - 1] != '"' || after >= json.size() || json[after] != '"') continue;
    const std::size_t colon = skip_blanks(json, after + 1);
    if (colon >= json.size() || json[colon] != ':') continue;
    at = after;
    return skip_blanks(json, colon + 1);
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<Status> parse_status(std::string_view text) {
  for (const auto& [name, status] : statuses) {
    if (name == text) return status;
  }
  return std::nullopt;
}

std::string_view to_string(Status status) {
  for (const auto& [name, value] : statuses) {
    if (value == status) return name;
  }
  return "?";
}

std::optional<std::string_view> text_member(std::string_view json, std::string_view name) {
  std::size_t at = 0;
  for (std::size_t value = next_value(json, name, at); value < json.size();
       value = next_value(json, name, at)) {
    if (json[value] != '"') continue;
    const std::size_t end = end_of_string(json, value + 1);
    if (end == std::string_view::npos) return std::nullopt;
    return json.substr(value + 1, end - value - 1);
  }
  return std::nullopt;
}

std::optional<std::int64_t> whole_member(std::string_view json, std::string_view name) {
  std::size_t at = 0;
  for (std::size_t value = next_value(json, name, at); value < json.size();
       value = next_value(json, name, at)) {
    std::int64_t number = 0;
    if (std::from_chars(json.data() + value, json.data() + json.size(), number).ec == std::errc()) {
      return number;
    }
  }
  return std::nullopt;
}

BookingAnswer read_booking_answer(const Reply& reply) {
  BookingAnswer answer;
  answer.retry_after = reply.retry_after;
  if (reply.status / 100 == 2) {
    const auto id = text_member(reply.body, "booking_id");
    const auto status = text_member(reply.body, "status");
    const auto booking = id ? BookingId::parse(*id) : std::nullopt;
    const auto known = status ? parse_status(*status) : std::nullopt;
    if (!booking || !known) {
      answer.may_have_booked = true;
      return answer;
    }
    answer.kind = AnswerKind::accepted;
    answer.booking = *booking;
    answer.status = *known;
    answer.declined =
        *known == Status::failed && text_member(reply.body, "failure_reason") == "payment_declined";
    answer.flight = text_member(reply.body, "flight_id");
    answer.seats = whole_member(reply.body, "seats");
    return answer;
  }
  const std::string_view code = text_member(reply.body, "code").value_or(std::string_view());
  if (reply.status == 503) {
    answer.kind = AnswerKind::overloaded;
    answer.may_have_booked = code != "OVERLOADED";
  } else if (reply.status == 400 && code == "OUT_OF_STOCK") {
    answer.kind = AnswerKind::sold_out;
  } else {
    answer.may_have_booked = reply.status / 100 != 4;
  }
  return answer;
}

}  // namespace flightdeck::stress
