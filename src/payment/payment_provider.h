// Port: the payment service. Every call is keyed by booking id and may be repeated: a booking is charged and
// refunded at most once, however often it is asked.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "core/ids.h"
#include "core/money.h"
#include "core/task.h"

namespace flightdeck::payment {

enum class PaymentStatus {
  success,
  failure,
  pending,  // accepted; the verdict comes by callback or must be asked for
};

struct ChargeRequest {
  BookingId booking;
  Money amount;
  std::string callback_url;  // empty: none
};

struct Payment {
  std::string payment_id;
  PaymentStatus status = PaymentStatus::pending;
  Money amount;
  bool refunded = false;
};

struct Refund {
  std::string refund_id;
};

// Used from one thread; answers resume on it. Errors:
//   unavailable    no answer within limits::payment_call_deadline, or none that could be read: the outcome is unknown
//   overloaded     too many calls are waiting already; nothing was sent
//   not_found      (find, refund) the provider knows of no payment of this booking
//   invalid_state  (refund) it was never paid
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;
  virtual Task<Result<Payment>> charge(ChargeRequest request) = 0;
  virtual Task<Result<Payment>> find(BookingId booking) = 0;
  virtual Task<Result<Refund>> refund(BookingId booking) = 0;
};

}  // namespace flightdeck::payment
