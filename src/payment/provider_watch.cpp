#include "payment/provider_watch.h"

#include <utility>

#include "core/limits.h"

namespace flightdeck::payment {

template <class T>
Task<Result<T>> ProviderWatch::watch(Task<Result<T>> call) {
  Result<T> answer = co_await std::move(call);
  const ErrorCode code = answer ? ErrorCode::internal : answer.error().code;
  if (!answer && code == ErrorCode::unavailable) {
    if (silences_ < limits::provider_silences) ++silences_;
  } else if (answer || code != ErrorCode::overloaded) {
    // That one was not sent.
    silences_ = 0;
  }
  co_return answer;
}

Task<Result<Payment>> ProviderWatch::charge(ChargeRequest request) {
  return watch(provider_.charge(std::move(request)));
}
Task<Result<Payment>> ProviderWatch::find(BookingId booking) { return watch(provider_.find(booking)); }
Task<Result<Refund>> ProviderWatch::refund(RefundRequest request) {
  return watch(provider_.refund(std::move(request)));
}

bool ProviderWatch::silent() const { return silences_ >= limits::provider_silences; }

}  // namespace flightdeck::payment
