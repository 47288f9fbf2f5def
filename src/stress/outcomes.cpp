#include "stress/outcomes.h"

#include "core/limits.h"

namespace flightdeck::stress {

void ErrorSamples::add(const std::string& what, std::string_view sample) {
  for (Kind& kind : kinds_) {
    if (kind.what != what) continue;
    ++kind.count;
    return;
  }
  if (kinds_.size() > limits::stress_error_kinds) {
    ++kinds_.back().count;
  } else if (kinds_.size() == limits::stress_error_kinds) {
    kinds_.push_back({"others", {}, 1});
  } else {
    kinds_.push_back({what, std::string(sample.substr(0, limits::stress_error_sample_bytes)), 1});
  }
}

}  // namespace flightdeck::stress
