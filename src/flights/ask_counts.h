// Counts roughly how often keys were requested lately, in a table of fixed size however many keys there are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace flightdeck::flights {

// A count-min sketch. Keys may share counters, so a count may be too high and is hardly ever too low. Counts
// end at 15. All are halved now and then, so that old requests do not count. Used from one thread.
class AskCounts {
 public:
  // The table is sized for this many keys that matter.
  explicit AskCounts(std::size_t keys);

  // `hash` is the key's, and uses all 64 bits.
  void add(std::uint64_t hash);
  int of(std::uint64_t hash) const;

 private:
  static constexpr int rows = 4;
  static constexpr std::uint8_t count_max = 15;

  // The positions of a key's counters, one in each row.
  std::array<std::size_t, rows> places(std::uint64_t hash) const;
  void halve();

  // A power of two.
  std::size_t columns_;
  std::vector<std::uint8_t> counts_;
  std::size_t added_ = 0;
  // When this many were added, all counts are halved.
  const std::size_t added_max_;
};

}  // namespace flightdeck::flights
