// Collects what is wrong with a request's fields, so that one answer names all of it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace flightdeck::net {

class FieldErrors {
 public:
  void add(std::string_view field, std::string message) {
    if (!names(field)) errors_.push_back({std::string(field), std::move(message)});
  }
  // Errors of a later check: a field that was wrong before (missing, of the wrong type) keeps that message
  // only.
  void add(const std::vector<FieldError>& errors) {
    for (const FieldError& error : errors) add(error.field, error.message);
  }
  bool names(std::string_view field) const {
    return std::any_of(errors_.begin(), errors_.end(), [&](const FieldError& e) { return e.field == field; });
  }
  bool empty() const { return errors_.empty(); }

  // validation_failed with everything collected.
  Error take() {
    std::string detail = errors_.size() == 1 ? "One field is wrong." : "Several fields are wrong.";
    return Error{ErrorCode::validation_failed, std::move(detail), std::exchange(errors_, {})};
  }

 private:
  std::vector<FieldError> errors_;
};

}  // namespace flightdeck::net
