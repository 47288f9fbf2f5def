#include "redis/redis_seat_gate.h"

#include <set>

#include "core/limits.h"
#include "redis/mending.h"
#include "redis/redis_connection.h"
#include "redis/refusals.h"
#include "redis/scripts.h"
#include "redis/stored_versions.h"

namespace flightdeck::redis {

using booking::GateState;
using booking::Hold;
using booking::ReserveAnswer;
using booking::SeatUpdate;

namespace {

// `updated_at` tells two of the same version apart.
constexpr VersionFields gate_version_fields{"seats_version", "seats_available", "updated_at"};

// `booking` and `hold`, which is `<seats>:<time>`; nullopt: the program has not written it.
std::optional<GateState::OpenHold> parse_hold(std::string_view booking, std::string_view hold) {
  const auto id = BookingId::parse(booking);
  const std::size_t colon = hold.find(':');
  if (!id || colon == std::string_view::npos) return std::nullopt;
  const auto seats = parse_integer(hold.substr(0, colon));
  const auto taken = parse_integer(hold.substr(colon + 1));
  if (!seats || !taken) return std::nullopt;
  return GateState::OpenHold{*id, *seats, from_unix_ms(*taken)};
}

// No clock is so wrong: such a hold is nobody's, and as old as can be.
Instant believed(Instant since, Instant now) {
  return since > now + limits::hold_from_the_future ? Instant{} : since;
}

// The holds of one flight that were taken before: HGETALL answers booking, hold, booking, ...
void append_stale(std::vector<Hold>& stale, FlightId flight, const Reply& holds, Instant before) {
  for (std::size_t i = 0; i + 1 < holds.texts.size(); i += 2) {
    const auto hold = parse_hold(holds.texts[i], holds.texts[i + 1]);
    if (!hold) continue;
    const Instant since = believed(hold->since, before);
    if (since < before) stale.push_back({flight, hold->booking, since});
  }
}

// As the script answers.
GateState parse_gate_state(const Reply& reply) {
  constexpr std::size_t numbers = 3;
  GateState inspect;
  const std::vector<std::string>& texts = reply.texts;
  if (texts.size() < numbers) {
    inspect.damaged = true;
    return inspect;
  }
  const auto number = [&inspect](const std::string& text) {
    const auto parsed = parse_integer(text);
    if (!text.empty() && !parsed) inspect.damaged = true;
    return parsed;
  };
  inspect.counter = number(texts[0]);
  inspect.version = number(texts[1]);
  inspect.available = number(texts[2]);
  for (std::size_t i = numbers; i + 1 < texts.size(); i += 2) {
    const auto hold = parse_hold(texts[i], texts[i + 1]);
    if (hold) {
      inspect.holds.push_back(*hold);
    } else {
      inspect.damaged = true;
    }
  }
  return inspect;
}

}  // namespace

Task<ReserveAnswer> RedisSeatGate::reserve(FlightId flight, BookingId booking, std::int64_t seats,
                                           Instant now) {
  std::vector<Command> commands;
  commands.push_back(script_call(reserve_script, {keys_.seats(flight), keys_.holds(flight)}));
  commands.back().add(booking.str()).add(seats).add(to_unix_ms(now));
  // Else nothing is sent.
  const bool was_up = connection_.up();
  const std::optional<Replies> replies = co_await connection_.call(std::move(commands));
  if (!replies) co_return was_up ? ReserveAnswer::unanswered : ReserveAnswer::away;
  const Reply& answer = replies->front();
  if (answer.is_text("held")) co_return ReserveAnswer::held;
  if (answer.is_text("sold_out")) co_return ReserveAnswer::sold_out;
  if (answer.is_text("cold")) co_return ReserveAnswer::cold;
  co_return ReserveAnswer::away;
}

Task<bool> RedisSeatGate::sync(std::vector<SeatUpdate> updates) {
  std::vector<FlightId> flights;
  std::vector<Command> commands;
  commands.reserve(updates.size());
  for (const SeatUpdate& item : updates) {
    const Script& script = item.off_sale ? forget_seats_script : sync_seats_script;
    Command command =
        script_call(script, {keys_.seats(item.flight), keys_.holds(item.flight), keys_.flight(item.flight)});
    if (!item.off_sale) {
      if (item.count) {
        command.add(item.count->version).add(item.count->available).add(to_unix_ms(item.count->updated_at));
      } else {
        command.add("").add("").add("");
      }
      for (const BookingId booking : item.holds_to_drop) command.add(booking.str());
    }
    commands.push_back(std::move(command));
    flights.push_back(item.flight);
  }
  const std::optional<Replies> replies =
      co_await call_mending(connection_, keys_, std::move(flights), std::move(commands));
  co_return replies && !any_error(*replies);
}

Task<bool> RedisSeatGate::mend(std::vector<FlightId> flights) {
  std::vector<Command> commands;
  commands.reserve(flights.size());
  for (const FlightId flight : flights) commands.push_back(mend_call(keys_, flight));
  const std::optional<Replies> replies = co_await connection_.call(std::move(commands));
  co_return replies && !any_error(*replies);
}

Task<std::vector<flights::StoredVersion>> RedisSeatGate::versions(std::vector<FlightId> flights) {
  auto found = co_await stored_versions(connection_, keys_, gate_version_fields, std::move(flights));
  co_return std::move(found).value_or(std::vector<flights::StoredVersion>());
}

Task<bool> RedisSeatGate::forget_versions(std::vector<flights::StoredVersion> seen) {
  return redis::forget_versions(connection_, keys_, gate_version_fields, std::move(seen));
}

Task<std::optional<std::int64_t>> RedisSeatGate::sellable(FlightId flight) {
  std::vector<Command> commands;
  commands.push_back(Command("GET").add(keys_.seats(flight)));
  const std::optional<Replies> replies = co_await connection_.call(std::move(commands));
  if (!replies) co_return std::nullopt;
  co_return replies->front().integer();
}

Task<std::optional<std::vector<GateState>>> RedisSeatGate::inspect(std::vector<FlightId> flights) {
  std::vector<Command> commands;
  commands.reserve(flights.size());
  for (const FlightId flight : flights) {
    commands.push_back(
        script_call(inspect_seats_script, {keys_.seats(flight), keys_.holds(flight), keys_.flight(flight)}));
  }
  const std::optional<Replies> replies = co_await connection_.call(std::move(commands));
  if (!replies || any_unanswered(*replies)) co_return std::nullopt;
  std::vector<GateState> states;
  for (const Reply& reply : *replies) states.push_back(parse_gate_state(reply));
  co_return states;
}

Task<std::vector<Hold>> RedisSeatGate::stale_holds(Instant before, std::size_t limit) {
  std::vector<Hold> stale;
  // SCAN may return a key twice.
  std::set<std::string, std::less<>> seen;
  bool whole_round = scan_cursor_ == "0";
  for (int scans = 0; scans < limits::redis_scans_per_look && stale.size() < limit; ++scans) {
    if (scan_cursor_ == "0" && scans > 0) {
      if (whole_round || !stale.empty()) break;
      whole_round = true;
    }
    std::vector<Command> scan;
    scan.push_back(Command("SCAN").add(scan_cursor_).add("MATCH").add(keys_.holds_pattern()));
    scan.back().add("COUNT").add(static_cast<std::int64_t>(limits::redis_scan_keys));
    const std::optional<Replies> scanned = co_await connection_.call(std::move(scan));
    if (!scanned || scanned->front().texts.empty()) break;
    // The next cursor, then keys.
    const std::vector<std::string>& texts = scanned->front().texts;

    std::vector<FlightId> flights;
    std::vector<Command> reads;
    for (std::size_t i = 1; i < texts.size(); ++i) {
      const auto flight = keys_.flight_of_holds(texts[i]);
      if (!flight || !seen.insert(texts[i]).second) continue;
      flights.push_back(*flight);
      reads.push_back(Command("HGETALL").add(texts[i]));
    }
    const std::optional<Replies> holds = co_await connection_.call(std::move(reads));
    // This part is looked at again.
    if (!holds || any_unanswered(*holds)) break;
    for (std::size_t i = 0; i < flights.size(); ++i) append_stale(stale, flights[i], (*holds)[i], before);
    // When there were more than asked for, this part is looked at again next time.
    if (stale.size() <= limit) scan_cursor_ = texts.front();
  }
  if (stale.size() > limit) stale.resize(limit);
  co_return stale;
}

}  // namespace flightdeck::redis
