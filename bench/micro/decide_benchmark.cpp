// One batch of the ledger without its database: naming the rows, deciding, writing the row of the outbox. An
// item is a command.
#include <benchmark/benchmark.h>

#include <stdexcept>
#include <utility>

#include "events/event.h"
#include "ledger/decide.h"
#include "micro/cost.h"
#include "micro/samples.h"

namespace flightdeck::bench {
namespace {

using ledger::BatchDecision;
using ledger::decide;
using ledger::LedgerRows;

constexpr std::size_t largest_batch = 256;

// `decide` consumes its rows, so there are copies of them, as many as make 256 commands: then a pause is
// cheap. What comes out is freed within the time.
void decide_again_and_again(benchmark::State& state, const Batch& batch, std::size_t accepted) {
  const auto counts = decide(batch.rows, batch.commands, now);
  std::size_t good = 0;
  for (const auto& outcome : counts.outcomes) good += outcome.has_value() ? 1 : 0;
  if (good != accepted) throw std::logic_error("the batch is not what its name says");

  const std::size_t copies = largest_batch / batch.commands.size();
  std::vector<LedgerRows> rows;
  Cost cost(state, static_cast<std::int64_t>(batch.commands.size()));
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(copies))) {
    cost.pause();
    rows.assign(copies, batch.rows);
    cost.resume();
    for (LedgerRows& copy : rows) {
      const BatchDecision decision = decide(std::move(copy), batch.commands, now);
      benchmark::DoNotOptimize(&decision);
      benchmark::ClobberMemory();
    }
  }
}

std::size_t commands_of(const benchmark::State& state) { return static_cast<std::size_t>(state.range(0)); }
std::size_t flights_of(const benchmark::State& state) { return static_cast<std::size_t>(state.range(1)); }

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"commands", "flights"});
  benchmark->Args({1, 1})->Args({16, 1})->Args({largest_batch, 1})->Args({largest_batch, largest_batch});
}

void Decide_Place(benchmark::State& state) {
  decide_again_and_again(state, placing(commands_of(state), flights_of(state)), commands_of(state));
}
BENCHMARK(Decide_Place)->Apply(sizes);

void Decide_PlaceAgain(benchmark::State& state) {
  decide_again_and_again(state, placing_again(commands_of(state), flights_of(state)), commands_of(state));
}
BENCHMARK(Decide_PlaceAgain)->ArgNames({"commands", "flights"})->Args({largest_batch, 1});

void Decide_PlaceSoldOut(benchmark::State& state) {
  decide_again_and_again(state, placing_sold_out(commands_of(state), flights_of(state)), 0);
}
BENCHMARK(Decide_PlaceSoldOut)->ArgNames({"commands", "flights"})->Args({largest_batch, 1});

void Decide_SettlePaid(benchmark::State& state) {
  decide_again_and_again(state, settling(commands_of(state), flights_of(state), true), commands_of(state));
}
BENCHMARK(Decide_SettlePaid)->Apply(sizes);

void Decide_SettleDeclined(benchmark::State& state) {
  decide_again_and_again(state, settling(commands_of(state), flights_of(state), false), commands_of(state));
}
BENCHMARK(Decide_SettleDeclined)->Apply(sizes);

void KeysOf(benchmark::State& state) {
  const Batch batch = placing(commands_of(state), flights_of(state));
  Cost cost(state, state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(ledger::keys_of(batch.commands));
}
BENCHMARK(KeysOf)->Apply(sizes);

void OutboxRow(benchmark::State& state) {
  const Batch batch = placing(commands_of(state), 1);
  const BatchDecision decision = decide(batch.rows, batch.commands, now);
  Cost cost(state, state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(events::outbox_row(decision.changes.events));
}
BENCHMARK(OutboxRow)->ArgName("events")->Arg(1)->Arg(16)->Arg(largest_batch);

}  // namespace
}  // namespace flightdeck::bench
