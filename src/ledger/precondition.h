// The conditions that a request may set for a flight's version before it changes the flight (RFC 9110, 13).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"

namespace flightdeck::ledger {

// The versions that one condition names.
struct Versions {
  // Every version.
  bool any = false;
  std::vector<std::int64_t> listed;

  bool include(std::int64_t version) const {
    return any || std::find(listed.begin(), listed.end(), version) != listed.end();
  }
};

// Conditions on a flight that exists. A flight that does not exist is answered not_found whatever they are.
struct Precondition {
  // The version must be one of these.
  std::optional<Versions> if_match;
  // The version must be none of these.
  std::optional<Versions> if_none_match;

  enum class Unmet { none, if_match, if_none_match };
  // The first condition that a flight of this version does not meet.
  Unmet unmet_by(std::int64_t version) const {
    if (if_match && !if_match->include(version)) return Unmet::if_match;
    if (if_none_match && if_none_match->include(version)) return Unmet::if_none_match;
    return Unmet::none;
  }
};

// A version_conflict when a flight of this version does not meet the condition. A null condition is always
// met.
inline std::optional<Error> contradiction(const Precondition* condition, std::int64_t version) {
  const auto unmet = condition ? condition->unmet_by(version) : Precondition::Unmet::none;
  if (unmet == Precondition::Unmet::none) return std::nullopt;
  std::string detail = "The flight is at version " + std::to_string(version);
  detail.append(unmet == Precondition::Unmet::if_match ? ", which If-Match does not name."
                                                       : ", which If-None-Match rules out.");
  return Error{ErrorCode::version_conflict, std::move(detail)};
}

}  // namespace flightdeck::ledger
