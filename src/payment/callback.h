// Port: how a payment service tells the booking side its verdict (the in-process mock uses it).
#pragma once

#include <optional>
#include <string>

#include "core/ids.h"
#include "payment/payment_provider.h"

namespace flightdeck::payment {

struct CallbackMessage {
  std::string url;
  BookingId booking;
  // Success or failure.
  PaymentStatus status = PaymentStatus::failure;
  std::string payment_ref;
  // Of the payment; nullopt: not known.
  std::optional<Money> amount;
};

// Used from one thread.
class CallbackSender {
 public:
  virtual ~CallbackSender() = default;
  // False: not delivered (no answer, or not a 2xx) within limits::payment_call_deadline.
  virtual Task<bool> send(CallbackMessage message) = 0;
};

}  // namespace flightdeck::payment
