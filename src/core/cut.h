// Cuts a list into pieces, so that each fits into a batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

namespace flightdeck {

// The pieces in order. Each has `size` items (> 0); the last may have fewer. An empty list has no pieces.
template <class T>
std::vector<std::vector<T>> cut(std::vector<T> items, std::size_t size) {
  std::vector<std::vector<T>> pieces;
  for (auto begin = items.begin(); begin != items.end();) {
    const auto left = static_cast<std::size_t>(items.end() - begin);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(left, size));
    pieces.emplace_back(std::move_iterator(begin), std::move_iterator(end));
    begin = end;
  }
  return pieces;
}

}  // namespace flightdeck
