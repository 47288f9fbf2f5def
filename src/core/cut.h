// A list in pieces, so that each fits into a batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

namespace flightdeck {

// In order, each of `size` items (> 0) but the last, which may have fewer. None of none.
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
