#include "redis/redis_flight_index.h"

#include <algorithm>

#include "core/cut.h"
#include "redis/flight_fields.h"
#include "redis/mending.h"
#include "redis/redis_connection.h"
#include "redis/scripts.h"
#include "redis/stored_versions.h"

namespace flightdeck::redis {

using flights::Flight;
using flights::FlightStatus;
using flights::SearchPage;
using flights::SearchPosition;
using flights::SearchQuery;

namespace {

constexpr VersionFields index_version_fields{"details_version", "version", "updated_at"};

// A mark that no rebuild ever gets.
constexpr const char* no_rebuild = "telling:none";

Command range(const std::string& key, const std::string& from, const std::string& to, std::size_t offset,
              std::size_t count) {
  Command command("ZRANGE");
  command.add(key).add(from).add(to).add("BYSCORE").add("LIMIT");
  command.add(static_cast<std::int64_t>(offset)).add(static_cast<std::int64_t>(count)).add("WITHSCORES");
  return command;
}

struct Entries {
  std::vector<SearchPosition> ours;
  // Members that the program never writes.
  std::vector<std::string> foreign;
  std::size_t size() const { return ours.size() + foreign.size(); }
};

// Members and scores in turn.
Entries parse_entries(const Reply& reply) {
  Entries entries;
  for (std::size_t i = 0; i + 1 < reply.texts.size(); i += 2) {
    if (const auto entry = parse_entry(reply.texts[i], reply.texts[i + 1])) {
      entries.ours.push_back(*entry);
    } else {
      entries.foreign.push_back(reply.texts[i]);
    }
  }
  return entries;
}

}  // namespace

Task<std::optional<SearchPage>> RedisFlightIndex::search(SearchQuery query, Instant now) {
  const std::string route = route_key(query.source, query.destination, query.date);
  const std::string key = keys_.search(route, flights::to_string(query.sort));
  const std::string from = query.after ? score_of(query.after->rank) : "-inf";
  SearchPage page;
  std::size_t offset = 0;
  for (int chunk = 0; chunk < limits::redis_search_chunks; ++chunk) {
    const std::size_t size =
        chunk == 0 ? query.limit + 1 + limits::redis_search_spare : limits::redis_search_chunk;
    std::vector<Command> commands;
    commands.push_back(range(key, from, "+inf", offset, size));
    if (chunk == 0) commands.push_back(Command("HGET").add(keys_.index()).add("complete"));
    const std::optional<Replies> found = co_await connection_.call(std::move(commands));
    if (!found || any_error(*found)) co_return std::nullopt;
    if (chunk == 0 && found->back().kind == Reply::Kind::nil) co_return std::nullopt;

    Entries all = parse_entries(found->front());
    const bool last = all.size() < size;
    offset += all.ours.size();
    const bool cleared = co_await remove(key, std::move(all.foreign));
    if (!cleared) co_return std::nullopt;
    std::vector<SearchPosition> entries = std::move(all.ours);
    if (query.after)
      std::erase_if(entries, [&query](const SearchPosition& entry) { return entry <= *query.after; });
    std::vector<Command> reads;
    reads.reserve(entries.size());
    for (const SearchPosition& entry : entries) reads.push_back(read_fields(keys_.flight(entry.id)));
    const std::optional<Replies> rows = co_await connection_.call(std::move(reads));
    if (!rows || any_error(*rows)) co_return std::nullopt;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      std::optional<Flight> flight = parse_fields(entries[i].id, (*rows)[i]);
      // There is one, and nobody can say which: that is not the same as none.
      if (!flight && any_field((*rows)[i])) co_return std::nullopt;
      if (flight) {
        page.look_at(*flight, now);
      } else {
        page.look_at(entries[i].id);
      }
      // It may have moved between the two reads, or a crash may have left the entry behind.
      if (!flight || position_of(*flight, query.sort) != entries[i] || position_of(*flight).route != route)
        continue;
      if (flight->departure <= now || flight->available_seats < query.seats) continue;
      if (page.flights.size() == query.limit) {
        page.more = true;
        co_return page;
      }
      page.flights.push_back(*std::move(flight));
    }
    if (last) co_return page;
  }
  co_return std::nullopt;
}

// A read costs a tenth of a script, and most rows that a sweep sends are already stored.
Task<bool> RedisFlightIndex::update(std::vector<Flight> flights, Instant now) {
  std::vector<Command> reads;
  reads.reserve(2 * flights.size());
  for (const Flight& flight : flights) {
    reads.push_back(read_fields(keys_.flight(flight.id)));
    reads.push_back(Command("HGET").add(keys_.flight(flight.id)).add("place"));
  }
  const std::optional<Replies> stored = co_await connection_.call(std::move(reads));
  for (const Flight& flight : flights) mark_changed(flight.id);
  if (!stored) co_return false;
  std::vector<Flight> updates;
  for (std::size_t i = 0; i < flights.size(); ++i) {
    const bool settled = (*stored)[2 * i + 1].is_text(format_position(position_of(flights[i])));
    const bool known = settled && parse_fields(flights[i].id, (*stored)[2 * i]) == flights[i];
    if (!known) updates.push_back(std::move(flights[i]));
  }
  co_return co_await take_in(std::move(updates), now, false);
}

Task<bool> RedisFlightIndex::update_seats(std::vector<Flight> flights, Instant) {
  for (const Flight& flight : flights) mark_changed(flight.id);
  co_return true;
}

// Mostly everything is as it should be, and then nothing is written: a write makes search pages to be made
// anew.
Task<bool> RedisFlightIndex::restore(std::vector<Flight> flights, Instant now) {
  std::vector<Command> reads;
  reads.reserve(flights.size());
  for (const Flight& flight : flights)
    reads.push_back(Command("HGET").add(keys_.flight(flight.id)).add("place"));
  const std::optional<Replies> stored = co_await connection_.call(std::move(reads));
  if (!stored) co_return false;
  // Where it belongs, as it says.
  std::vector<Flight> settled;
  // These are moved anyway.
  std::vector<Flight> others;
  for (std::size_t i = 0; i < flights.size(); ++i) {
    const bool here = (*stored)[i].is_text(format_position(position_of(flights[i])));
    (here ? settled : others).push_back(std::move(flights[i]));
  }
  const bool others_taken_in = co_await take_in(std::move(others), now, false);
  const bool settled_taken_in = co_await restore_settled(std::move(settled), now);
  const bool all = others_taken_in && settled_taken_in;
  co_return all;
}

Task<bool> RedisFlightIndex::restore_settled(std::vector<Flight> flights, Instant now) {
  std::vector<PositionEntry> entries;
  // Of each flight's entries.
  std::vector<std::size_t> ends;
  std::vector<Command> looks;
  for (const Flight& flight : flights) {
    for (PositionEntry& entry : entries_of(position_of(flight), flight.id, keys_)) {
      looks.push_back(Command("ZSCORE").add(entry.key).add(entry.member));
      entries.push_back(std::move(entry));
    }
    ends.push_back(entries.size());
  }
  const std::optional<Replies> scores = co_await connection_.call_kept(looks);
  if (!scores) co_return false;
  std::vector<Flight> placed;
  std::vector<Flight> misplaced;
  std::size_t at = 0;
  for (std::size_t i = 0; i < flights.size(); ++i) {
    bool as_told = true;
    for (; at < ends[i]; ++at) {
      const Reply& score = (*scores)[at];
      if (score.kind != Reply::Kind::text || rank_of(score.text) != rank_of(entries[at].score))
        as_told = false;
    }
    (as_told ? placed : misplaced).push_back(std::move(flights[i]));
  }
  const bool placed_taken_in = co_await take_in(std::move(placed), now, false);
  const bool misplaced_taken_in = co_await take_in(std::move(misplaced), now, true);
  const bool all = placed_taken_in && misplaced_taken_in;
  co_return all;
}

// One that Redis refuses holds up no other.
Task<bool> RedisFlightIndex::take_in(std::vector<Flight> flights, Instant now, bool whole) {
  bool all = true;
  for (std::vector<Flight>& some : cut(std::move(flights), limits::redis_pipeline_commands)) {
    Stored stored = co_await store(std::move(some), now, whole);
    all = all && stored.all;
    if (stored.moves.empty()) continue;
    const bool moved = co_await move(std::move(stored.moves));
    all = all && moved;
  }
  co_return all;
}

Task<RedisFlightIndex::Stored> RedisFlightIndex::store(std::vector<Flight> flights, Instant now, bool whole) {
  std::vector<FlightId> ids;
  std::vector<Command> commands;
  std::vector<std::string> places;
  for (const Flight& flight : flights) {
    places.push_back(format_position(position_of(flight)));
    Command command = script_call(update_flight_script, {keys_.flight(flight.id)});
    command.add(flight.version).add(places.back()).add(flight.departure <= now ? "1" : "0");
    command.add(flight.available_seats).add(whole ? "1" : "0");
    add_fields(command, flight);
    commands.push_back(std::move(command));
    ids.push_back(flight.id);
  }
  const std::optional<Replies> replies =
      co_await call_mending(connection_, keys_, std::move(ids), std::move(commands));
  for (const Flight& flight : flights) mark_changed(flight.id);
  Stored stored;
  if (!replies) co_return stored;
  stored.all = !any_error(*replies);
  for (std::size_t i = 0; i < flights.size(); ++i) {
    const std::vector<std::string>& moved = (*replies)[i].texts;
    if (moved.size() == 2) stored.moves.push_back({flights[i].id, std::move(places[i]), moved[0], moved[1]});
  }
  co_return stored;
}

// The new position is added first, then the old ones are removed, then the flight is settled. A crash in
// between leaves an additional entry, which searches skip, and a flight that the next update settles.
Task<bool> RedisFlightIndex::move(std::vector<Move> moves) {
  Changes changes;
  for (const Move& one : moves) {
    take_out(changes, one.flight, one.places);
    put(changes, one.flight, one.place);
  }
  const bool changed = co_await change_sets(std::move(changes));
  if (!changed) co_return false;

  std::vector<Command> commands;
  for (const Move& one : moves) {
    commands.push_back(script_call(settle_position_script, {keys_.flight(one.flight)}));
    commands.back().add(one.places).add(one.number);
  }
  const std::optional<Replies> replies = co_await connection_.call(std::move(commands));
  if (!replies || any_error(*replies)) co_return false;
  // Of flights that have departed and left meanwhile.
  Changes undo;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    if ((*replies)[i].is_text("gone")) take_out(undo, moves[i].flight, moves[i].places);
  }
  co_return co_await change_sets(std::move(undo));
}

void RedisFlightIndex::put(Changes& changes, FlightId flight, const std::string& place) const {
  const auto parsed = parse_position(place);
  if (!parsed) return;
  for (PositionEntry& entry : entries_of(*parsed, flight, keys_))
    changes[entry.key][entry.member] = std::move(entry.score);
}

void RedisFlightIndex::take_out(Changes& changes, FlightId flight, const std::string& places) const {
  for (const IndexPosition& place : parse_positions(places)) {
    for (const PositionEntry& entry : entries_of(place, flight, keys_))
      changes[entry.key][entry.member] = std::nullopt;
  }
}

// They would be read again with every look, and hide what is behind them.
Task<bool> RedisFlightIndex::remove(std::string set, std::vector<std::string> foreign) {
  if (foreign.empty()) co_return true;
  std::vector<Command> commands;
  commands.push_back(Command("ZREM").add(set));
  for (const std::string& member : foreign) commands.back().add(member);
  const std::optional<Replies> replies = co_await connection_.call(std::move(commands));
  co_return replies && !any_error(*replies);
}

Task<bool> RedisFlightIndex::change_sets(Changes changes) {
  // All that adds before all that removes.
  std::vector<Command> commands;
  std::vector<Command> removals;
  for (const auto& [key, members] : changes) {
    Command add("ZADD");
    Command remove("ZREM");
    add.add(key);
    remove.add(key);
    for (const auto& [member, score] : members) {
      if (score) {
        add.add(*score).add(member);
      } else {
        remove.add(member);
      }
    }
    if (add.size() > 2) commands.push_back(std::move(add));
    if (remove.size() > 2) removals.push_back(std::move(remove));
  }
  std::move(removals.begin(), removals.end(), std::back_inserter(commands));
  const std::optional<Replies> replies = co_await connection_.call_kept(commands);
  mark_changed(changes);
  if (!replies) co_return false;
  if (!any_error(*replies)) co_return true;

  // The program never writes another type to these keys. What was in the key before must be sent again, so
  // the index is not complete.
  std::vector<Command> again;
  for (std::size_t i = 0; i < replies->size(); ++i) {
    if ((*replies)[i].kind != Reply::Kind::error) continue;
    if (!is_damage((*replies)[i])) co_return false;
    if (again.empty()) again.push_back(Command("HDEL").add(keys_.index()).add("complete"));
    again.push_back(Command("DEL").add(commands[i].word(1)));
    again.push_back(std::move(commands[i]));
  }
  const std::optional<Replies> mended = co_await connection_.call(std::move(again));
  mark_changed(changes);
  co_return mended && !any_error(*mended);
}

Task<std::vector<flights::StoredVersion>> RedisFlightIndex::versions(std::vector<FlightId> flights) {
  auto found = co_await stored_versions(connection_, keys_, index_version_fields, std::move(flights));
  co_return std::move(found).value_or(std::vector<flights::StoredVersion>());
}

Task<bool> RedisFlightIndex::forget_versions(std::vector<flights::StoredVersion> seen) {
  return redis::forget_versions(connection_, keys_, index_version_fields, std::move(seen));
}

void RedisFlightIndex::mark_changed(FlightId flight) {
  if (changes_) changes_->changed(flights::ChangeClock::slot_of(flight));
}

void RedisFlightIndex::mark_changed(const Changes& changes) {
  if (!changes_) return;
  for (const auto& [key, members] : changes) {
    if (const auto route = keys_.route_of(key))
      changes_->changed(flights::ChangeClock::slot_of_route(*route));
  }
}

Task<std::vector<FlightId>> RedisFlightIndex::drop_departed(Instant now) {
  for (int round = 0; round < limits::redis_departed_rounds; ++round) {
    std::vector<Command> commands;
    const std::string until = score_of(to_unix_ms(now));
    commands.push_back(range(keys_.departures(), "-inf", until, 0, limits::sweep_batch));
    const std::optional<Replies> found = co_await connection_.call(std::move(commands));
    if (!found || found->front().texts.empty()) break;
    Entries departed = parse_entries(found->front());
    const bool cleared = co_await remove(keys_.departures(), std::move(departed.foreign));
    if (!cleared) break;
    std::optional<std::vector<FlightId>> dropped = co_await drop(std::move(departed.ours), now);
    if (!dropped) break;
    if (!dropped->empty()) co_return *std::move(dropped);
  }
  co_return std::vector<FlightId>();
}

// Its entry among the departures goes last, so that whatever a crash leaves is found again. Returns those
// that were on sale.
Task<std::optional<std::vector<FlightId>>> RedisFlightIndex::drop(std::vector<SearchPosition> departed,
                                                                  Instant now) {
  std::vector<FlightId> ids;
  std::vector<Command> reads;
  reads.reserve(departed.size());
  for (const SearchPosition& entry : departed) {
    ids.push_back(entry.id);
    reads.push_back(Command("HMGET").add(keys_.flight(entry.id)).add("departure").add("status").add("place"));
  }
  const std::optional<Replies> rows =
      co_await call_mending(connection_, keys_, std::move(ids), std::move(reads));
  if (!rows || any_error(*rows)) co_return std::nullopt;

  Changes changes;
  struct Gone {
    FlightId id;
    bool scheduled;
  };
  std::vector<Gone> gone;
  for (std::size_t i = 0; i < departed.size(); ++i) {
    const std::vector<std::string>& fields = (*rows)[i].texts;
    const auto departure = parse_integer(fields[0]);
    // Put off: only this entry is wrong.
    if (departure && from_unix_ms(*departure) > now) continue;
    take_out(changes, departed[i].id, fields[2]);
    gone.push_back({departed[i].id, fields[1] == flights::to_string(FlightStatus::scheduled)});
  }
  changes.erase(keys_.departures());
  const bool changed = co_await change_sets(std::move(changes));
  if (!changed) co_return std::nullopt;

  std::vector<Command> commands;
  for (const Gone& one : gone) {
    commands.push_back(
        script_call(drop_flight_script, {keys_.flight(one.id), keys_.seats(one.id), keys_.holds(one.id)}));
    commands.back().add(to_unix_ms(now));
  }
  const std::optional<Replies> replies = co_await connection_.call(std::move(commands));
  for (const Gone& one : gone) mark_changed(one.id);
  if (!replies || any_error(*replies)) co_return std::nullopt;

  std::vector<FlightId> dropped;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (gone[i].scheduled && (*replies)[i].integer() == 1) dropped.push_back(gone[i].id);
  }
  Changes departures;
  for (const SearchPosition& entry : departed)
    departures[keys_.departures()][member_of(entry.departure, entry.id)] = std::nullopt;
  const bool done = co_await change_sets(std::move(departures));
  if (!done) co_return std::nullopt;
  co_return dropped;
}

Task<flights::RebuildStart> RedisFlightIndex::begin_rebuild() {
  const std::uint64_t generation = connection_.generation();
  if (marked_ == generation) {
    std::vector<Command> look;
    look.push_back(Command("HGET").add(keys_.index()).add("complete"));
    const std::optional<Replies> mark = co_await connection_.call(std::move(look));
    if (mark && mark->front().kind == Reply::Kind::text) co_return flights::RebuildStart::unneeded;
  }
  std::vector<Command> begin;
  begin.push_back(script_call(begin_rebuild_script, {keys_.index()}).add(rebuild_).add(marked_ ? "1" : "0"));
  begin.back().add(patience_.count()).add(limits::rebuild_forgotten.count());
  const std::optional<Replies> begun = co_await connection_.call(std::move(begin));
  // Without a mark of its own this rebuild cannot be completed, which is right when Redis is away.
  rebuild_ = begun && begun->front().kind == Reply::Kind::text ? begun->front().text : no_rebuild;
  looked_at_ = generation;
  const bool left = begun && begun->front().kind == Reply::Kind::nil;
  co_return left ? flights::RebuildStart::left_to_another : flights::RebuildStart::begun;
}

Task<bool> RedisFlightIndex::renew_rebuild() {
  if (looked_at_ != connection_.generation()) co_return false;
  std::vector<Command> commands;
  commands.push_back(script_call(renew_rebuild_script, {keys_.index()}).add(rebuild_));
  const std::optional<Replies> replies = co_await connection_.call(std::move(commands));
  co_return replies && replies->front().is_text("kept");
}

Task<bool> RedisFlightIndex::complete_rebuild() {
  const std::uint64_t generation = connection_.generation();
  if (looked_at_ && *looked_at_ != generation) co_return false;
  std::vector<Command> commands;
  commands.push_back(script_call(complete_rebuild_script, {keys_.index()}).add(rebuild_));
  const std::optional<Replies> replies = co_await connection_.call(std::move(commands));
  const bool marked = replies && replies->front().is_text("complete");
  rebuild_.clear();
  if (marked) marked_ = generation;
  co_return marked;
}

// The mark goes, and so do those of rebuilds under way, which may already be past the flights that are lost.
Task<bool> RedisFlightIndex::mark_incomplete() {
  std::vector<Command> commands;
  commands.push_back(Command("DEL").add(keys_.index()));
  const std::optional<Replies> replies = co_await connection_.call(std::move(commands));
  co_return replies && !any_error(*replies);
}

}  // namespace flightdeck::redis
