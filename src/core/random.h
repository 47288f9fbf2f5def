// Randomness as a port: the program uses a seeded engine per thread, a simulation its own.
#pragma once

#include <cstdint>
#include <random>

namespace flightdeck {

// Not thread-safe: one instance per thread.
class Random {
 public:
  virtual ~Random() = default;
  // Uniform over all 64-bit values.
  virtual std::uint64_t next() = 0;

  // Uniform in [0, 1).
  double next_fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
};

// Seeded once from the operating system, or by the caller for repeatable runs.
class SeededRandom final : public Random {
 public:
  SeededRandom();
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace flightdeck
