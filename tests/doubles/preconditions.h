// Conditions of a flight's version, as tests ask for them.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "booking/precondition.h"

namespace flightdeck::test {

using SharedPrecondition = std::shared_ptr<const booking::Precondition>;

inline SharedPrecondition if_match(std::vector<std::int64_t> versions) {
  return std::make_shared<booking::Precondition>(
      booking::Precondition{booking::Versions{false, std::move(versions)}, {}});
}
inline SharedPrecondition if_none_match(std::vector<std::int64_t> versions) {
  return std::make_shared<booking::Precondition>(
      booking::Precondition{{}, booking::Versions{false, std::move(versions)}});
}

}  // namespace flightdeck::test
