// Expected outcomes as values. Broken infrastructure throws; see `UnavailableError`.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flightdeck {

// The codes of the HTTP contract; one function in http/problem.cpp maps each to its status.
enum class ErrorCode {
  malformed_json,
  validation_failed,
  not_found,
  method_not_allowed,
  unsupported_media_type,
  payload_too_large,
  out_of_stock,
  flight_closed,
  flight_has_bookings,
  capacity_below_sold,
  duplicate_flight,
  version_conflict,
  idempotency_key_reused,
  invalid_state,
  overloaded,
  unavailable,
  internal,
};

struct FieldError {
  std::string field;
  std::string message;
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  // A text for people. It may be empty.
  std::string detail;
  // Every wrong field at once. Only validation_failed has any.
  std::vector<FieldError> fields = {};
  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = boost::system::result<T, Error>;

// A part that the program depends on (database, seat gate, payment service) does not answer. It is safe to
// try again later.
class UnavailableError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Too much is waiting for that part already. Nothing was done, and it is safe to try again later.
class OverloadedError : public UnavailableError {
 public:
  using UnavailableError::UnavailableError;
};

// That part answers, but it rejected this one request, or ended it because it took too long. Other requests
// may succeed.
class RejectedError : public UnavailableError {
 public:
  using UnavailableError::UnavailableError;
};

// Called by `Result::value()` on an error. That is a bug of the caller, who must check first.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("unexpected error value: " + error.detail);
}

}  // namespace flightdeck
