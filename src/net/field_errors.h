// Collects the wrong fields of a request, so that one answer names all of them.
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
  // Adds the errors of a later check. A field that already has an error (missing, wrong type) keeps that one.
  void add(const std::vector<FieldError>& errors) {
    for (const FieldError& error : errors) add(error.field, error.message);
  }
  bool names(std::string_view field) const {
    return std::any_of(errors_.begin(), errors_.end(), [&](const FieldError& e) { return e.field == field; });
  }
  bool empty() const { return errors_.empty(); }

  // A validation_failed error with every field that was collected.
  Error take() {
    std::string detail = errors_.size() == 1 ? "One field is wrong." : "Several fields are wrong.";
    return Error{ErrorCode::validation_failed, std::move(detail), std::exchange(errors_, {})};
  }

 private:
  std::vector<FieldError> errors_;
};

}  // namespace flightdeck::net
