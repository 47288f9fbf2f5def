// How often keys were asked for lately, about: in a table of fixed size, however many keys there are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace flightdeck::flights {

// A count-min sketch: keys may share counters, so one may seem asked for more often than it was, hardly ever
// less often. Counts end at 15, and all are halved now and then, so that what was asked for long ago does not
// count. Used from one thread.
class AskCounts {
 public:
  // Sized for so many keys that matter.
  explicit AskCounts(std::size_t keys);

  // `hash` of a key, of all 64 bits.
  void add(std::uint64_t hash);
  int of(std::uint64_t hash) const;

 private:
  static constexpr int rows = 4;
  static constexpr std::uint8_t count_max = 15;

  // Where the counters of a key are, one of each row.
  std::array<std::size_t, rows> places(std::uint64_t hash) const;
  void halve();

  // A power of two.
  std::size_t columns_;
  std::vector<std::uint8_t> counts_;
  std::size_t added_ = 0;
  // Until all are halved.
  const std::size_t added_max_;
};

}  // namespace flightdeck::flights
