#include "core/random.h"

namespace flightdeck {

namespace {
std::mt19937_64 engine_from_operating_system() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
  return std::mt19937_64(seed);
}
}  // namespace

SeededRandom::SeededRandom() : engine_(engine_from_operating_system()) {}

}  // namespace flightdeck
