// A payment provider that records whether it answers at all.
#pragma once

#include "payment/payment_provider.h"

namespace flightdeck::payment {

// Passes every call on. Used from one thread; the provider outlives it.
class ProviderWatch final : public PaymentProvider {
 public:
  explicit ProviderWatch(PaymentProvider& provider) : provider_(provider) {}

  Task<Result<Payment>> charge(ChargeRequest request) override;
  Task<Result<Payment>> find(BookingId booking) override;
  Task<Result<Refund>> refund(RefundRequest request) override;

  // The last limits::provider_silences calls got no answer. Any answer ends it.
  bool silent() const;

 private:
  template <class T>
  Task<Result<T>> watch(Task<Result<T>> call);

  PaymentProvider& provider_;
  // How many calls in a row got no answer.
  int silences_ = 0;
};

}  // namespace flightdeck::payment
