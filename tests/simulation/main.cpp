// `./dev simulate`: runs histories by their seeds, and one of them again to read.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "simulation/simulation.h"

namespace {

using flightdeck::simulation::Outcome;
using flightdeck::simulation::run_history;

constexpr const char* usage =
    "usage: simulate [--seeds N | --seconds T] [--first S] [--jobs J] [--keep-going]\n"
    "                                  N from 1, S up to 1,000,000,000,000, T up to 86,400: as many as fit\n"
    "       simulate --seed S          one history, told step by step\n";
constexpr std::uint64_t seeds_usual = 1000;
constexpr std::uint64_t seed_max = 1'000'000'000'000;
constexpr std::uint64_t seconds_max = 86'400;
constexpr std::uint64_t jobs_max = 256;

struct Settings {
  std::optional<std::uint64_t> seeds;
  std::uint64_t first = 1;
  // No history is begun after it.
  std::optional<std::chrono::seconds> duration;
  std::optional<std::uint64_t> only;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool keep_going = false;
};

struct NumberFlag {
  std::string_view name;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
};
constexpr NumberFlag number_flags[] = {{"--seeds", 1, seed_max},
                                       {"--seconds", 1, seconds_max},
                                       {"--first", 0, seed_max},
                                       {"--seed", 0, seed_max},
                                       {"--jobs", 1, jobs_max}};

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

std::nullopt_t wrong(const std::string& what) {
  std::fprintf(stderr, "simulate: %s\n", what.c_str());
  return std::nullopt;
}

// nullopt: it has said which argument is wrong.
std::optional<Settings> read_settings(int count, char** words) {
  Settings settings;
  bool many = false;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    many = many || word != "--seed";
    if (word == "--keep-going") {
      settings.keep_going = true;
      continue;
    }
    const auto* const flag = std::ranges::find(number_flags, word, &NumberFlag::name);
    if (flag == std::end(number_flags)) return wrong("there is no flag '" + word + "'");
    const std::string wanted =
        word + " wants a number from " + std::to_string(flag->min) + " to " + std::to_string(flag->max);
    if (++i == count) return wrong(wanted);
    std::uint64_t number = 0;
    if (!read_number(words[i], number) || number < flag->min || number > flag->max)
      return wrong(wanted + ", not '" + words[i] + "'");
    if (word == "--seeds") settings.seeds = number;
    if (word == "--seconds") settings.duration = std::chrono::seconds(number);
    if (word == "--first") settings.first = number;
    if (word == "--seed") settings.only = number;
    if (word == "--jobs") settings.jobs = static_cast<unsigned>(number);
  }
  if (settings.only && many) return wrong("--seed goes with no other flag");
  if (settings.duration && settings.seeds) return wrong("--seeds and --seconds do not go together");
  return settings;
}

void print_violations(const Outcome& outcome) {
  std::printf("seed %llu: %zu violations\n", static_cast<unsigned long long>(outcome.seed),
              outcome.violations.size());
  for (const std::string& violation : outcome.violations) std::printf("  %s\n", violation.c_str());
  std::printf("  again, step by step: ./dev simulate --seed %llu\n",
              static_cast<unsigned long long>(outcome.seed));
}

int run_one(std::uint64_t seed) {
  const Outcome outcome = run_history(seed, true);
  std::printf("seed %llu: trace %016llx, %llu events, %d answers with a booking, %d sold out\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(outcome.trace_hash),
              static_cast<unsigned long long>(outcome.events), outcome.booked, outcome.sold_out);
  if (outcome.violations.empty()) return 0;
  print_violations(outcome);
  return 1;
}

struct Totals {
  std::mutex mutex;
  std::uint64_t histories = 0;
  std::uint64_t events = 0;
  std::uint64_t booked = 0;
  std::uint64_t confirmed = 0;
  std::uint64_t sold_out = 0;
  std::uint64_t failed = 0;
};

int run_many(const Settings& settings) {
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> next{settings.first};
  const std::uint64_t end =
      settings.first + settings.seeds.value_or(settings.duration ? seed_max : seeds_usual);
  std::atomic<bool> stop{false};
  Totals totals;
  const auto work = [&] {
    while (!stop && (!settings.duration || std::chrono::steady_clock::now() - begin < *settings.duration)) {
      const std::uint64_t seed = next.fetch_add(1);
      if (seed >= end) return;
      const Outcome outcome = run_history(seed);
      const std::lock_guard lock(totals.mutex);
      ++totals.histories;
      totals.events += outcome.events;
      totals.booked += static_cast<std::uint64_t>(outcome.booked);
      totals.confirmed += static_cast<std::uint64_t>(outcome.confirmed);
      totals.sold_out += static_cast<std::uint64_t>(outcome.sold_out);
      if (outcome.violations.empty()) continue;
      ++totals.failed;
      print_violations(outcome);
      if (!settings.keep_going) stop = true;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < settings.jobs; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf(
      "%llu histories in %.1f s, %llu with violations; %llu events, %llu answers with a booking, %llu "
      "bookings "
      "confirmed, %llu sold out\n",
      static_cast<unsigned long long>(totals.histories), took.count(),
      static_cast<unsigned long long>(totals.failed), static_cast<unsigned long long>(totals.events),
      static_cast<unsigned long long>(totals.booked), static_cast<unsigned long long>(totals.confirmed),
      static_cast<unsigned long long>(totals.sold_out));
  return totals.failed == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  if (count == 2 && std::string_view(words[1]) == "--help") {
    std::fputs(usage, stdout);
    return 0;
  }
  const std::optional<Settings> settings = read_settings(count, words);
  if (!settings) {
    std::fputs(usage, stderr);
    return 2;
  }
  return settings->only ? run_one(*settings->only) : run_many(*settings);
}
