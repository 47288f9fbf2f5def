#include "simulation/redis_ports.h"

#include <utility>

#include "core/limits.h"

namespace flightdeck::simulation {

using booking::Hold;
using booking::ReserveAnswer;
using booking::SeatUpdate;
using flights::Flight;
using flights::SearchPage;

namespace {

using flights::StoredVersion;
using Versions = std::vector<StoredVersion>;

template <class T>
Task<std::optional<T>> ask(Network& network, const char* what, const LinkFaults& faults,
                           std::function<std::optional<T>()> effect) {
  const Link link{what, faults, limits::redis_call_deadline};
  return network.call<T>(link, std::move(effect));
}

// What Redis answers, if it is there.
template <class T, class Effect>
std::function<std::optional<T>()> on(const RedisServer& redis, Effect effect) {
  return [&redis, effect = std::move(effect)]() mutable -> std::optional<T> {
    if (!redis.up()) return std::nullopt;
    return effect();
  };
}

// The same of what writes: it may be refused.
template <class T, class Effect>
std::function<std::optional<T>()> writing_on(const RedisServer& redis, Effect effect) {
  return on<T>(redis, [&redis, effect = std::move(effect)]() mutable -> std::optional<T> {
    if (redis.refuses() == Refuses::writes) return std::nullopt;
    return effect();
  });
}

// What only has an effect, unless it is refused. True: it was taken.
Task<bool> send(Network& network, const char* what, const LinkFaults& faults, const RedisServer& redis,
                RefusalWatch* refusals, std::function<bool()> effect) {
  std::optional<bool> taken = co_await ask<bool>(network, what, faults, on<bool>(redis, std::move(effect)));
  if (taken && !*taken && refusals) refusals->refused();
  co_return taken.value_or(false);
}

// What is answered with a list; empty: there is none, or no answer.
template <class T>
Task<std::vector<T>> list(Network& network, const char* what, const LinkFaults& faults,
                          const RedisServer& redis, std::function<std::vector<T>()> effect) {
  auto answered = on<std::vector<T>>(redis, std::move(effect));
  std::optional<std::vector<T>> answer =
      co_await ask<std::vector<T>>(network, what, faults, std::move(answered));
  co_return std::move(answer).value_or(std::vector<T>());
}

}  // namespace

void RefusalWatch::refused() {
  taken_since_.reset();
  if (!std::exchange(lags_, true)) lag_.begin();
}

Task<void> RefusalWatch::inspect() {
  auto effect = on<bool>(redis_, [&redis = redis_] { return redis.refuses() == Refuses::nothing; });
  const std::optional<bool> taken = co_await ask<bool>(network_, "redis: look", faults_, std::move(effect));
  if (!taken || !*taken) {
    if (taken) refused();
    co_return;
  }
  if (!lags_) co_return;
  if (!taken_since_) taken_since_ = queue_.now();
  if (queue_.now() - *taken_since_ < limits::index_lag_grace) co_return;
  lags_ = false;
  lag_.end();
}

Task<ReserveAnswer> ProcessGate::reserve(FlightId flight, BookingId booking, std::int64_t seats,
                                         Instant now) {
  auto effect =
      on<ReserveAnswer>(redis_, [&redis = redis_, changed = on_change_, flight, booking, seats, now] {
        const ReserveAnswer answer = redis.reserve(flight, booking, seats, now);
        changed(flight);
        return answer;
      });
  const std::optional<ReserveAnswer> answer =
      co_await ask<ReserveAnswer>(network_, "redis: reserve", faults_, std::move(effect));
  if (answer == ReserveAnswer::away) refusals_.refused();
  co_return answer.value_or(ReserveAnswer::unanswered);
}

Task<bool> ProcessGate::sync(std::vector<SeatUpdate> updates) {
  return send(network_, "redis: sync", faults_, redis_, &refusals_,
              [&redis = redis_, changed = on_change_, updates = std::move(updates)] {
                bool taken = true;
                for (const SeatUpdate& one : updates) {
                  taken = redis.sync_seats(one) && taken;
                  changed(one.flight);
                }
                return taken;
              });
}

Task<Versions> ProcessGate::versions(std::vector<FlightId> flights) {
  return list<StoredVersion>(
      network_, "redis: versions", faults_, redis_,
      [&redis = redis_, flights = std::move(flights)] { return redis.gate_versions(flights); });
}

Task<bool> ProcessGate::forget_versions(Versions seen) {
  return send(network_, "redis: forget", faults_, redis_, &refusals_,
              [&redis = redis_, seen = std::move(seen)] {
                if (redis.refuses() != Refuses::nothing) return false;
                redis.forget_gate_versions(seen);
                return true;
              });
}

Task<std::optional<std::int64_t>> ProcessGate::sellable(FlightId flight) {
  using Seats = std::optional<std::int64_t>;
  auto effect = on<Seats>(redis_, [&redis = redis_, flight] { return redis.sellable(flight); });
  std::optional<Seats> answer = co_await ask<Seats>(network_, "redis: sellable", faults_, std::move(effect));
  co_return answer.value_or(std::nullopt);
}

Task<std::vector<Hold>> ProcessGate::stale_holds(Instant before, std::size_t limit) {
  return list<Hold>(network_, "redis: stale holds", faults_, redis_,
                    [&redis = redis_, before, limit] { return redis.stale_holds(before, limit); });
}

Task<std::optional<SearchPage>> ProcessIndex::search(flights::SearchQuery query, Instant now) {
  using Page = std::optional<SearchPage>;
  auto effect = on<Page>(redis_, [&redis = redis_, query = std::move(query), now]() -> Page {
    if (!redis.keys().complete) return std::nullopt;
    return redis.search(query, now);
  });
  std::optional<Page> answer = co_await ask<Page>(network_, "redis: search", faults_, std::move(effect));
  co_return answer ? std::move(*answer) : Page{};
}

Task<bool> ProcessIndex::update(std::vector<Flight> flights, Instant now) {
  return send(network_, "redis: update", faults_, redis_, &refusals_,
              [&redis = redis_, flights = std::move(flights), now] {
                if (redis.refuses() != Refuses::nothing && !flights.empty()) return false;
                for (const Flight& flight : flights) redis.update_flight(flight, now);
                return true;
              });
}

Task<Versions> ProcessIndex::versions(std::vector<FlightId> flights) {
  return list<StoredVersion>(
      network_, "redis: versions", faults_, redis_,
      [&redis = redis_, flights = std::move(flights)] { return redis.index_versions(flights); });
}

Task<bool> ProcessIndex::forget_versions(Versions seen) {
  return send(network_, "redis: forget", faults_, redis_, &refusals_,
              [&redis = redis_, seen = std::move(seen)] {
                if (redis.refuses() != Refuses::nothing) return false;
                redis.forget_index_versions(seen);
                return true;
              });
}

Task<std::vector<FlightId>> ProcessIndex::drop_departed(Instant now) {
  return list<FlightId>(network_, "redis: departed", faults_, redis_, [&redis = redis_, now] {
    const bool refused = redis.refuses() == Refuses::writes;
    return refused ? std::vector<FlightId>() : redis.drop_departed(now);
  });
}

Task<flights::RebuildStart> ProcessIndex::begin_rebuild() {
  const std::uint64_t generation = redis_.generation();
  if (marked_ == generation) {
    auto inspect = on<bool>(redis_, [&redis = redis_] { return redis.keys().complete; });
    const std::optional<bool> mark =
        co_await ask<bool>(network_, "redis: complete?", faults_, std::move(inspect));
    if (mark && *mark) co_return flights::RebuildStart::unneeded;
  }
  using Mark = std::optional<std::uint64_t>;
  auto begin = writing_on<Mark>(redis_, [&redis = redis_, earlier = rebuild_, again = marked_.has_value()] {
    return redis.begin_rebuild(earlier, again);
  });
  const std::optional<Mark> begun =
      co_await ask<Mark>(network_, "redis: begin telling", faults_, std::move(begin));
  // A mark that no rebuild ever gets.
  constexpr std::uint64_t no_rebuild = ~std::uint64_t{0};
  rebuild_ = begun.value_or(std::nullopt).value_or(no_rebuild);
  looked_at_ = generation;
  const bool left = begun && !*begun;
  co_return left ? flights::RebuildStart::left_to_another : flights::RebuildStart::begun;
}

Task<bool> ProcessIndex::renew_rebuild() {
  if (looked_at_ != redis_.generation()) co_return false;
  auto keep =
      writing_on<bool>(redis_, [&redis = redis_, mark = rebuild_] { return redis.renew_rebuild(mark); });
  const std::optional<bool> kept =
      co_await ask<bool>(network_, "redis: keep telling", faults_, std::move(keep));
  co_return kept.value_or(false);
}

Task<bool> ProcessIndex::complete_rebuild() {
  const std::uint64_t generation = redis_.generation();
  if (looked_at_ && *looked_at_ != generation) co_return false;
  auto end =
      writing_on<bool>(redis_, [&redis = redis_, mark = rebuild_] { return redis.complete_rebuild(mark); });
  const std::optional<bool> ended =
      co_await ask<bool>(network_, "redis: end telling", faults_, std::move(end));
  const bool marked = ended && *ended;
  rebuild_ = 0;
  if (marked) marked_ = generation;
  co_return marked;
}

Task<bool> ProcessIndex::mark_incomplete() {
  return send(network_, "redis: incomplete", faults_, redis_, &refusals_, [&redis = redis_] {
    if (redis.refuses() == Refuses::writes) return false;
    redis.mark_incomplete();
    return true;
  });
}

Task<bool> ProcessSink::publish(std::span<const events::OutboxRow> rows) {
  return send(network_, "redis: publish", faults_, redis_, nullptr,
              [&redis = redis_, kept = std::vector(rows.begin(), rows.end())] {
                if (redis.refuses() == Refuses::writes) return false;
                redis.publish(kept);
                return true;
              });
}

}  // namespace flightdeck::simulation
