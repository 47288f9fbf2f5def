// Port: the payment service. Every call is keyed by booking id and may be repeated: a booking is charged and
// refunded at most once, however often it is asked.
#pragma once

#include <optional>
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
  // Accepted. The verdict comes by callback, or must be asked for.
  pending,
};

struct ChargeRequest {
  BookingId booking;
  Money amount;
  // Empty: none.
  std::string callback_url;
};

struct Payment {
  std::string payment_id;
  PaymentStatus status = PaymentStatus::pending;
  // The amount that was or will be paid. nullopt: the provider did not state it.
  std::optional<Money> amount;
  bool refunded = false;
};

// Whether the payment states what was paid, if anything was. A booking can be settled with such a payment
// only.
inline bool states_what_was_paid(const Payment& payment) {
  return payment.status != PaymentStatus::success || payment.refunded || payment.amount.has_value();
}

struct RefundRequest {
  BookingId booking;
  // The caller's reference of the payment.
  std::string payment_id;
};

struct Refund {
  std::string refund_id;
};

// Used from one thread; answers resume on it. Errors:
//   unavailable    no answer within limits::payment_call_deadline, or none that could be read. The outcome is
//                  unknown.
//   overloaded     too many calls are waiting already; nothing was sent
//   not_found      (find, refund) the provider knows of no payment of this booking
//   invalid_state  (charge) it has a payment of another amount; (refund) it was never paid
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;
  virtual Task<Result<Payment>> charge(ChargeRequest request) = 0;
  virtual Task<Result<Payment>> find(BookingId booking) = 0;
  virtual Task<Result<Refund>> refund(RefundRequest request) = 0;
};

}  // namespace flightdeck::payment
