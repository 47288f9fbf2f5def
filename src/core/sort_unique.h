// Makes a set of a vector: sorted, and each item once.
#pragma once

#include <algorithm>
#include <vector>

namespace flightdeck {

template <class T>
void sort_unique(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

}  // namespace flightdeck
