#include "stress_http/deployment.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "core/json_writer.h"
#include "core/limits.h"

namespace flightdeck::stress_http {

namespace json = boost::json;
using NextCall = Result<std::optional<std::string>>;
using net::HttpReply;

namespace {

Error unexpected(const HttpReply& reply) {
  return Error{ErrorCode::internal, "the deployment answered " + std::to_string(reply.status) + ": " +
                                        reply.body.substr(0, limits::stress_refusal_bytes)};
}

std::string percent_encoded(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
  }
  return out;
}

// Throws what Boost.JSON throws when something is not there or of another type.
std::string_view text_of(const json::object& object, std::string_view name) {
  return std::string_view(object.at(name).as_string());
}

template <class SomeId>
SomeId id_of(const json::object& object, std::string_view name) {
  const auto id = SomeId::parse(text_of(object, name));
  if (!id) throw std::invalid_argument("not a UUID");
  return *id;
}

std::int64_t number_of(const json::object& object, std::string_view name) {
  return object.at(name).to_number<std::int64_t>();
}

stress::FlightSeats read_seats(const json::object& flight) {
  const json::object& seats = flight.at("seats").as_object();
  stress::FlightSeats read;
  read.id = id_of<FlightId>(flight, "flight_id");
  read.total = number_of(seats, "total");
  read.available = number_of(seats, "available");
  read.pending = number_of(seats, "pending");
  read.confirmed = number_of(seats, "confirmed");
  if (!seats.at("gate").is_null()) read.gate = number_of(seats, "gate");
  return read;
}

stress::ListedBooking read_booking(const json::object& booking) {
  const auto status = stress::parse_status(text_of(booking, "status"));
  if (!status) throw std::invalid_argument("not a status");
  return {id_of<BookingId>(booking, "booking_id"), id_of<UserId>(booking, "user_id"),
          id_of<FlightId>(booking, "flight_id"), number_of(booking, "seats"), *status};
}

// Calls `read` with the object that was answered; nothing it throws gets out.
template <class Read>
NextCall read_object(const HttpReply& reply, int status, const Read& read) {
  if (reply.status != status) return unexpected(reply);
  try {
    json::monotonic_resource memory;
    const json::value document = json::parse(reply.body, &memory);
    return read(document.as_object());
  } catch (const std::exception&) {
    return unexpected(reply);
  }
}

// The next page's target; nullopt: this was the last.
std::optional<std::string> next_page(const json::object& page, const std::string& target) {
  const json::value& cursor = page.at("next_cursor");
  if (cursor.is_null()) return std::nullopt;
  return target + "&cursor=" + percent_encoded(std::string_view(cursor.as_string()));
}

}  // namespace

Result<std::vector<stress::FlightSeats>> Deployment::flights(const std::vector<FlightId>& ids,
                                                             Persistence persistence, stress::Time deadline) {
  std::vector<stress::FlightSeats> all(ids.size());
  Inquiry inquiry(requests_, persistence, deadline);
  const auto done = inquiry.run(
      ids.size(), [&](std::size_t line) { return get("/admin/flights/" + ids[line].str()); },
      [&](std::size_t line, const HttpReply& reply) -> NextCall {
        if (reply.status == 404) return Error{ErrorCode::not_found, "there is no flight " + ids[line].str()};
        return read_object(reply, 200, [&](const json::object& flight) -> NextCall {
          all[line] = read_seats(flight);
          if (all[line].id != ids[line]) throw std::invalid_argument("another flight");
          return std::nullopt;
        });
      });
  if (!done) return done.error();
  return all;
}

Result<std::vector<FlightId>> Deployment::search(const Route& route, stress::Time deadline) {
  const std::string target = "/search?source=" + percent_encoded(route.source) +
                             "&destination=" + percent_encoded(route.destination) +
                             "&date=" + percent_encoded(route.date) +
                             "&seats=0&limit=" + std::to_string(limits::page_items_max);
  std::vector<FlightId> found;
  Inquiry inquiry(requests_, Persistence::once, deadline);
  const auto done = inquiry.run(
      1, [&](std::size_t) { return get(target); },
      [&](std::size_t, const HttpReply& reply) -> NextCall {
        return read_object(reply, 200, [&](const json::object& page) -> NextCall {
          for (const json::value& flight : page.at("flights").as_array()) {
            found.push_back(id_of<FlightId>(flight.as_object(), "flight_id"));
          }
          const auto next = next_page(page, target);
          if (!next) return std::nullopt;
          return get(*next);
        });
      });
  if (!done) return done.error();
  return found;
}

Result<std::vector<FlightId>> Deployment::add_flights(const NewFlights& wanted, stress::Time deadline) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .member("source", std::string_view(wanted.source))
      .member("destination", std::string_view(wanted.destination))
      .member("departure_ts", std::string_view(wanted.departure_ts))
      .member("total_seats", wanted.seats)
      .member("price", "100.00")
      .end_object();
  std::vector<FlightId> added(wanted.count);
  Inquiry inquiry(requests_, Persistence::once, deadline);
  const auto done = inquiry.run(
      wanted.count, [&](std::size_t) { return stress::post_text(base_url_, "/admin/flights", body); },
      [&](std::size_t line, const HttpReply& reply) -> NextCall {
        return read_object(reply, 201, [&](const json::object& flight) -> NextCall {
          added[line] = id_of<FlightId>(flight, "flight_id");
          return std::nullopt;
        });
      });
  if (!done) return done.error();
  return added;
}

Result<void> Deployment::bookings(const std::vector<UserId>& users, const Take& take, stress::Time deadline) {
  const auto target = [&](std::size_t line) {
    return "/bookings?user_id=" + users[line].str() + "&limit=" + std::to_string(limits::page_items_max);
  };
  Inquiry inquiry(requests_, Persistence::repeat, deadline);
  return inquiry.run(
      users.size(), [&](std::size_t line) { return get(target(line)); },
      [&](std::size_t line, const HttpReply& reply) -> NextCall {
        return read_object(reply, 200, [&](const json::object& page) -> NextCall {
          for (const json::value& booking : page.at("bookings").as_array()) {
            take(line, read_booking(booking.as_object()));
          }
          const auto next = next_page(page, target(line));
          if (!next) return std::nullopt;
          return get(*next);
        });
      });
}

}  // namespace flightdeck::stress_http
