// The small things that everything is made of. An item is one of them.
#include <benchmark/benchmark.h>

#include <string>

#include "core/ids.h"
#include "core/json_writer.h"
#include "core/time.h"
#include "events/event.h"
#include "micro/cost.h"
#include "micro/samples.h"

namespace flightdeck::bench {
namespace {

void UuidV7(benchmark::State& state) {
  SeededRandom random(1);
  Cost cost(state);
  for (auto _ : state) benchmark::DoNotOptimize(make_uuid_v7(now, random));
}
BENCHMARK(UuidV7);

void UuidV5_IdempotencyKey(benchmark::State& state) {
  const UserId user{id_of(1)};
  const std::string key = format_uuid(id_of(2));
  Cost cost(state);
  for (auto _ : state) benchmark::DoNotOptimize(ledger::idempotent_booking_id(user, key));
}
BENCHMARK(UuidV5_IdempotencyKey);

void UuidV5_EventId(benchmark::State& state) {
  const Uuid subject = id_of(1);
  Cost cost(state);
  for (auto _ : state) benchmark::DoNotOptimize(events::event_id(subject, events::flight_updated, 42));
}
BENCHMARK(UuidV5_EventId);

void ParseUuid(benchmark::State& state) {
  std::string text = format_uuid(id_of(1));
  Cost cost(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(text.data());
    benchmark::ClobberMemory();
    benchmark::DoNotOptimize(parse_uuid(text));
  }
}
BENCHMARK(ParseUuid);

// Whatever appends to a string, again and again to the same one.
template <class Append>
void append_again_and_again(benchmark::State& state, Append append) {
  std::string out;
  Cost cost(state);
  for (auto _ : state) {
    out.clear();
    append(out);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
}

void AppendUuid(benchmark::State& state) {
  const Uuid id = id_of(1);
  append_again_and_again(state, [&](std::string& out) { append_uuid(out, id); });
}
BENCHMARK(AppendUuid);

void AppendRfc3339(benchmark::State& state) {
  append_again_and_again(state, [](std::string& out) { append_rfc3339(out, now); });
}
BENCHMARK(AppendRfc3339);

void ParseRfc3339(benchmark::State& state) {
  std::string text = "2030-01-01T23:30:00+02:00";
  Cost cost(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(text.data());
    benchmark::ClobberMemory();
    benchmark::DoNotOptimize(parse_rfc3339(text));
  }
}
BENCHMARK(ParseRfc3339);

void JsonString_Plain(benchmark::State& state) {
  const std::string text = "Not enough seats are left.";
  append_again_and_again(state, [&](std::string& out) { append_json_string(out, text); });
}
BENCHMARK(JsonString_Plain);

void JsonString_Utf8(benchmark::State& state) {
  const std::string text = "Z\xC3\xBCrich \xE6\x9D\xB1\xE4\xBA\xAC \"\xF0\x9F\x9B\xAB\"";
  append_again_and_again(state, [&](std::string& out) { append_json_string(out, text); });
}
BENCHMARK(JsonString_Utf8);

void JsonWriter_Members(benchmark::State& state) {
  append_again_and_again(state, [](std::string& out) {
    JsonWriter json(out);
    json.begin_object().member("text", std::string_view("JFK")).member("number", 180);
    json.member("truth", true).member("price", Money{19'900}).key("none").null();
    json.key("list").begin_array().value(1).value(2).value(3).end_array().end_object();
  });
}
BENCHMARK(JsonWriter_Members);

}  // namespace
}  // namespace flightdeck::bench
