// Pages of a list.
#pragma once

#include <cstddef>
#include <vector>

namespace flightdeck {

// `rows` holds one row more than the page if there are more. Cuts them to `limit`, and returns whether there
// are more.
template <class Row>
bool cut_to(std::vector<Row>& rows, std::size_t limit) {
  if (rows.size() <= limit) return false;
  rows.resize(limit);
  return true;
}

}  // namespace flightdeck
