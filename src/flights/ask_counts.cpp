#include "flights/ask_counts.h"

#include <algorithm>
#include <bit>

namespace flightdeck::flights {

namespace {

constexpr std::size_t columns_a_key = 4;
constexpr std::size_t asks_a_key = 10;

}  // namespace

AskCounts::AskCounts(std::size_t keys)
    : columns_(std::bit_ceil(std::max<std::size_t>(keys, 8) * columns_a_key)),
      counts_(rows * columns_),
      added_max_(std::max<std::size_t>(keys, 8) * asks_a_key) {}

std::array<std::size_t, AskCounts::rows> AskCounts::places(std::uint64_t hash) const {
  std::array<std::size_t, rows> places{};
  const std::uint64_t step = (hash >> 32) | 1;
  for (std::size_t row = 0; row < rows; ++row) {
    places[row] = row * columns_ + (hash & (columns_ - 1));
    hash += step;
    hash ^= hash >> 17;
  }
  return places;
}

void AskCounts::add(std::uint64_t hash) {
  const int known = of(hash);
  if (known < count_max) {
    // Only the counters that are not too large already.
    for (const std::size_t place : places(hash)) {
      if (counts_[place] == known) ++counts_[place];
    }
  }
  if (++added_ >= added_max_) halve();
}

int AskCounts::of(std::uint64_t hash) const {
  std::uint8_t least = count_max;
  for (const std::size_t place : places(hash)) least = std::min(least, counts_[place]);
  return least;
}

void AskCounts::halve() {
  for (std::uint8_t& count : counts_) count = static_cast<std::uint8_t>(count / 2);
  added_ /= 2;
}

}  // namespace flightdeck::flights
