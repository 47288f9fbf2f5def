#include "redis/flight_fields.h"

#include <gtest/gtest.h>

#include <map>

namespace flightdeck::redis {
namespace {

using flights::Flight;

Flight sample() {
  Flight flight;
  flight.id = *FlightId::parse("01970000-0000-7000-8000-0000000000ab");
  flight.flight_number = "FD 1|:";
  flight.source = "JFK";
  flight.destination = "São Paulo";
  flight.departure = from_unix_ms(1'900'000'000'123);
  flight.arrival = from_unix_ms(1'900'000'009'999);
  flight.date = Date{std::chrono::year{2030} / 3 / 17};
  flight.total_seats = 180;
  flight.available_seats = 7;
  flight.price = Money{19'900};
  flight.version = 12;
  flight.created_at = from_unix_ms(-5);
  flight.updated_at = from_unix_ms(1'800'000'000'001);
  return flight;
}

// What HMGET would answer, were these the fields of the hash.
Reply read_back(const std::map<std::string, std::string, std::less<>>& hash) {
  const Command read = read_fields("key");
  Reply reply;
  reply.kind = Reply::Kind::list;
  for (std::size_t i = 2; i < read.size(); ++i) {
    const auto field = hash.find(read.word(i));
    reply.texts.push_back(field == hash.end() ? "" : field->second);
  }
  return reply;
}

std::map<std::string, std::string, std::less<>> stored(const Flight& flight) {
  Command command("HSET");
  add_fields(command, flight);
  std::map<std::string, std::string, std::less<>> hash;
  for (std::size_t i = 1; i + 1 < command.size(); i += 2) hash.emplace(command.word(i), command.word(i + 1));
  // The script's own.
  hash["version"] = std::to_string(flight.version);
  hash["available_seats"] = std::to_string(flight.available_seats);
  return hash;
}

TEST(FlightFields, ComeBackAsTheyWere) {
  Flight flight = sample();
  EXPECT_EQ(parse_fields(flight.id, read_back(stored(flight))), flight);
  flight.arrival.reset();
  flight.flight_number.clear();
  flight.status = flights::FlightStatus::cancelled;
  EXPECT_EQ(parse_fields(flight.id, read_back(stored(flight))), flight);
}

TEST(FlightFields, AFlightThatIsNotWholeIsNone) {
  const Flight flight = sample();
  EXPECT_EQ(parse_fields(flight.id, read_back({})), std::nullopt) << "not there";
  EXPECT_EQ(parse_fields(flight.id, Reply{Reply::Kind::error, "WRONGTYPE", {}}), std::nullopt);
  for (const auto& [name, value] : stored(flight)) {
    if (name == "flight_number" || name == "source" || name == "destination") continue;
    auto spoilt = stored(flight);
    spoilt[name] = "x";
    EXPECT_EQ(parse_fields(flight.id, read_back(spoilt)), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace flightdeck::redis
