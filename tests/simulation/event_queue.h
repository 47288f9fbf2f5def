// The one queue, in virtual time, that a whole simulated deployment runs on, and its dice.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "core/time.h"

namespace flightdeck::simulation {

using Micros = std::chrono::microseconds;

// Every choice of a history comes from here, so that its seed repeats it.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  bool chance(double probability) { return probability > 0 && random_.next_fraction() < probability; }
  // `end` is not 0.
  std::uint64_t below(std::uint64_t end) { return random_.next() % end; }
  std::int64_t between(std::int64_t first, std::int64_t last) {
    return first + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(last - first + 1)));
  }
  // Mostly near `fastest`.
  Micros delay(Micros fastest, Micros slowest) {
    const double part = random_.next_fraction();
    return fastest + Micros(static_cast<std::int64_t>(part * part * double((slowest - fastest).count())));
  }
  std::uint64_t next() { return random_.next(); }

 private:
  SeededRandom random_;
};

// A fingerprint of everything that happened, and its text when somebody wants to read it.
class Trace {
 public:
  explicit Trace(bool print) : print_(print) {}
  void note(Micros at, std::string_view what, std::uint64_t who, std::uint64_t about = 0);
  bool prints() const { return print_; }
  void say(Micros at, const std::string& text) const;
  std::uint64_t hash() const { return hash_; }

 private:
  bool print_;
  std::uint64_t hash_ = 14695981039346656037ULL;
};

// Used from one thread. Events of one moment happen in the order in which they were scheduled.
class EventQueue {
 public:
  EventQueue(std::uint64_t seed, bool print) : dice_(seed), trace_(print) {}

  Micros now() const { return now_; }
  void after(Micros delay, std::function<void()> work);
  // Returns false when nothing is left.
  bool run_one();
  // Runs everything up to that moment.
  void run_until(Micros end);

  Dice& dice() { return dice_; }
  Trace& trace() { return trace_; }
  void note(std::string_view what, std::uint64_t who, std::uint64_t about = 0) {
    trace_.note(now_, what, who, about);
  }
  std::uint64_t events() const { return events_; }

 private:
  struct Event {
    Micros at;
    std::uint64_t number;
    std::function<void()> work;
  };
  static bool later(const Event& a, const Event& b) {
    return a.at != b.at ? a.at > b.at : a.number > b.number;
  }

  Micros now_{0};
  std::uint64_t next_number_ = 0;
  std::uint64_t events_ = 0;
  std::vector<Event> heap_;
  Dice dice_;
  Trace trace_;
};

// The part of an id that differs, for traces.
template <class AnyId>
std::uint64_t brief(const AnyId& id) {
  std::uint64_t low = 0;
  for (std::size_t i = 8; i < 16; ++i) low = low << 8U | id.value.data()[i];
  return low;
}

}  // namespace flightdeck::simulation
