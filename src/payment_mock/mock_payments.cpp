#include "payment_mock/mock_payments.h"

#include <algorithm>
#include <vector>

namespace flightdeck::payment_mock {

using payment::CallbackMessage;
using payment::ChargeRequest;
using payment::Payment;
using payment::PaymentStatus;
using payment::Refund;

namespace {

Error unavailable() { return Error{ErrorCode::unavailable, "The payment service does not answer."}; }

Payment pending(const ChargeRequest& request) {
  return Payment{payment_id(request.booking), PaymentStatus::pending, request.amount, false};
}

}  // namespace

Task<Result<Payment>> MockPayments::charge(ChargeRequest request) {
  using Entry = MockPaymentBook::Entry;
  if (closed_) co_return unavailable();
  const MockPaymentBook::Opening opening = book_.open(request.booking, request.amount);
  const bool answers_pending = book_.settings().callback == CallbackMode::only;
  switch (opening.entry) {
    case Entry::other_amount:
      co_return Error{ErrorCode::invalid_state, "This booking has a payment of another amount."};
    case Entry::refused: co_return Error{ErrorCode::overloaded, "Too many payments are under way."};
    case Entry::decided: co_return *opening.payment;
    case Entry::undecided:
      if (answers_pending) co_return pending(request);
      co_return co_await wait_for_other(request.booking);
    case Entry::opened: break;
  }
  const Milliseconds delay = draw_delay(book_.settings(), random_);
  const bool silent = stays_silent(book_.settings(), request.booking);
  if (!silent && !answers_pending && delay <= patience_) {
    co_return co_await decide_and_answer(std::move(request), delay);
  }
  Payment answer = pending(request);
  scope_.spawn(decide_later(std::move(request), delay, silent));
  if (!silent && answers_pending) co_return answer;
  co_await pause(patience_);
  co_return unavailable();
}

Task<Result<Payment>> MockPayments::decide_and_answer(ChargeRequest request, Milliseconds delay) {
  const bool waited = co_await pause(delay);
  Payment payment = book_.decide(request.booking);
  if (!waited) co_return unavailable();
  if (book_.settings().callback == CallbackMode::also) {
    scope_.spawn(call_back(std::move(request.callback_url), request.booking, payment));
  }
  co_return payment;
}

// Looks again and again: repeats that come before the decision are rare, and the one that decides may be on
// another thread.
Task<Result<Payment>> MockPayments::wait_for_other(BookingId booking) {
  for (Milliseconds waited{0}; waited < patience_; waited += limits::mock_repeat_poll) {
    const bool fired = co_await pause(limits::mock_repeat_poll);
    if (!fired) break;
    if (auto payment = book_.find(booking)) co_return *std::move(payment);
  }
  co_return unavailable();
}

Task<void> MockPayments::decide_later(ChargeRequest request, Milliseconds delay, bool silent) {
  const bool waited = co_await pause(delay);
  Payment payment = book_.decide(request.booking);
  if (waited && !silent && book_.settings().callback != CallbackMode::off) {
    co_await call_back(std::move(request.callback_url), request.booking, std::move(payment));
  }
}

Task<void> MockPayments::call_back(std::string url, BookingId booking, Payment payment) {
  if (url.empty()) co_return;
  const CallbackMessage message{std::move(url), booking, payment.status, std::move(payment.payment_id),
                                payment.amount};
  Milliseconds backoff = limits::mock_callback_backoff_first;
  for (int attempt = 1; attempt <= limits::mock_callback_attempts && !closed_; ++attempt) {
    CallbackMessage copy = message;
    const bool delivered = co_await callbacks_.send(std::move(copy));
    if (delivered || attempt == limits::mock_callback_attempts) co_return;
    co_await pause(backoff);
    backoff *= 2;
  }
}

Task<Result<Payment>> MockPayments::find(BookingId booking) {
  if (auto payment = book_.find(booking)) co_return *std::move(payment);
  co_return Error{ErrorCode::not_found, "There is no payment of this booking."};
}

Task<Result<Refund>> MockPayments::refund(payment::RefundRequest request) {
  co_return book_.refund(request.booking, request.payment_id);
}

// True after the delay; false when closed, at once or while waiting.
Task<bool> MockPayments::pause(Milliseconds delay) {
  if (closed_) co_return false;
  if (delay <= Milliseconds::zero()) co_return true;
  Timers::TimerId id = 0;
  auto wait = callback_awaiter<bool>([this, delay, &id](auto done) {
    id = timers_.start(delay, [done](bool fired) mutable { done(fired); });
    pauses_.insert(id);
  });
  const bool fired = co_await wait;
  pauses_.erase(id);
  co_return fired && !closed_;
}

void MockPayments::close() {
  closed_ = true;
  const std::vector<Timers::TimerId> pauses(pauses_.begin(), pauses_.end());
  for (const Timers::TimerId id : pauses) timers_.cancel(id);
}

}  // namespace flightdeck::payment_mock
