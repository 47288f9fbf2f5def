// The mock payment provider: waits a random delay, then decides, once per booking.
#pragma once

#include <unordered_set>

#include "core/executor.h"
#include "payment/callback.h"
#include "payment_mock/mock_payment_book.h"

namespace flightdeck::payment_mock {

// There is one instance for each I/O thread, used from that thread only. All share the book. Everything
// passed in outlives it.
//
//   charge   answers when the booking is decided, or at once if it already is. In callback mode `only` the
//            answer is `pending` at once. A request that stays silent (MockSettings::timeout_rate) is decided
//            after its delay like any other, so that `find` finds it, but gets neither answer nor callback.
//   find     answers not_found until the booking is decided.
//   refund   refunds a payment that is named, even after the process was restarted.
//
// No call waits longer than `patience`. Then its answer is `unavailable`, and the payment is decided all the
// same. Callbacks are tried limits::mock_callback_attempts times with growing pauses.
class MockPayments final : public payment::PaymentProvider {
 public:
  // Work that goes on after an answer (late decisions, callbacks) runs in `scope`.
  MockPayments(MockPaymentBook& book, Timers& timers, Random& random, payment::CallbackSender& callbacks,
               TaskScope& scope, Milliseconds patience = limits::mock_unanswered_for)
      : book_(book),
        timers_(timers),
        random_(random),
        callbacks_(callbacks),
        scope_(scope),
        patience_(patience) {}
  MockPayments(const MockPayments&) = delete;
  MockPayments& operator=(const MockPayments&) = delete;

  Task<Result<payment::Payment>> charge(payment::ChargeRequest request) override;
  Task<Result<payment::Payment>> find(BookingId booking) override;
  Task<Result<payment::Refund>> refund(payment::RefundRequest request) override;

  // Ends every wait, now and from now on. Calls answer `unavailable`, undecided payments are decided at once,
  // and no callback is started. The calls end soon after, from the executor. The instance must live until its
  // calls and `scope` have ended.
  void close();

 private:
  Task<bool> pause(Milliseconds delay);
  Task<Result<payment::Payment>> decide_and_answer(payment::ChargeRequest request, Milliseconds delay);
  Task<Result<payment::Payment>> wait_for_other(BookingId booking);
  Task<void> decide_later(payment::ChargeRequest request, Milliseconds delay, bool silent);
  Task<void> call_back(std::string url, BookingId booking, payment::Payment payment);

  MockPaymentBook& book_;
  Timers& timers_;
  Random& random_;
  payment::CallbackSender& callbacks_;
  TaskScope& scope_;
  const Milliseconds patience_;
  std::unordered_set<Timers::TimerId> pauses_;
  bool closed_ = false;
};

}  // namespace flightdeck::payment_mock
