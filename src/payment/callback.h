// Port: how a payment service delivers its verdict to the booking side. The in-process mock uses it.
#pragma once

#include <optional>
#include <string>

#include "core/ids.h"
#include "payment/payment_provider.h"

namespace flightdeck::payment {

struct CallbackMessage {
  std::string url;
  BookingId booking;
  // Either success or failure.
  PaymentStatus status = PaymentStatus::failure;
  std::string payment_ref;
  // The amount of the payment. nullopt: it is not known.
  std::optional<Money> amount;
};

// Used from one thread.
class CallbackSender {
 public:
  virtual ~CallbackSender() = default;
  // Returns false when it was not delivered within limits::payment_call_deadline: no answer, or not a 2xx.
  virtual Task<bool> send(CallbackMessage message) = 0;
};

}  // namespace flightdeck::payment
