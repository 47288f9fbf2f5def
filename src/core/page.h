// Pages of a list.
#pragma once

#include <cstddef>
#include <vector>

namespace flightdeck {

// For rows of which one more was selected than a page holds: cuts them to `limit`, and says whether there are
// more.
template <class Row>
bool cut_to(std::vector<Row>& rows, std::size_t limit) {
  if (rows.size() <= limit) return false;
  rows.resize(limit);
  return true;
}

}  // namespace flightdeck
