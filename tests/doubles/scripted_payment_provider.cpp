#include "doubles/scripted_payment_provider.h"

#include <utility>

namespace flightdeck::test {

using payment::ChargeRequest;
using payment::Payment;
using payment::PaymentStatus;
using payment::Refund;

namespace {
Error no_answer() { return Error{ErrorCode::unavailable, "The provider does not answer."}; }
}  // namespace

Task<void> ScriptedPaymentProvider::turn() {
  auto turn = callback_awaiter<bool>([this](auto done) { home_.post([done]() mutable { done(true); }); });
  co_await turn;
}

void ScriptedPaymentProvider::decide(BookingId booking, PaymentStatus status) {
  Payment& payment = payments_[booking];
  payment.payment_id = payment_id(booking);
  payment.status = status;
  if (const auto owed = owed_.find(booking); owed != owed_.end() && !payment.amount)
    payment.amount = owed->second;
}

void ScriptedPaymentProvider::paid_before(BookingId booking, Money amount) {
  payments_[booking].amount = amount;
  decide(booking, PaymentStatus::success);
}

void ScriptedPaymentProvider::let_go(Charge what) {
  for (const auto& go_on : std::exchange(hanging_, {})) go_on(what);
}

Task<Result<Payment>> ScriptedPaymentProvider::charge(ChargeRequest request) {
  ++charge_calls_;
  requests_.push_back(request);
  owed_[request.booking] = request.amount;
  co_await turn();
  Charge what = on_charge_;
  if (what == Charge::hangs) {
    auto hang = callback_awaiter<Charge>([this](auto done) { hanging_.emplace_back(done); });
    what = co_await hang;
  }
  if (what == Charge::never_arrives || what == Charge::hangs) co_return no_answer();
  const bool paid = what == Charge::paid || what == Charge::paid_unheard;
  const PaymentStatus status = what == Charge::pending ? PaymentStatus::pending
                               : paid                  ? PaymentStatus::success
                                                       : PaymentStatus::failure;
  if (!payments_.contains(request.booking)) decide(request.booking, status);
  Payment payment = payments_[request.booking];
  if (payment.amount != request.amount)
    co_return Error{ErrorCode::invalid_state, "It has a payment of another amount."};
  if (!states_amounts_) payment.amount.reset();
  if (what == Charge::paid_unheard || what == Charge::declined_unheard) co_return no_answer();
  co_return payment;
}

void ScriptedPaymentProvider::let_finds_go() {
  silent_.clear();
  for (const auto& go_on : std::exchange(hanging_finds_, {})) go_on(true);
}

Task<Result<Payment>> ScriptedPaymentProvider::find(BookingId booking) {
  ++find_calls_;
  co_await turn();
  if (silent_.contains(booking)) {
    auto hang = callback_awaiter<bool>([this](auto done) { hanging_finds_.emplace_back(done); });
    co_await hang;
    co_return no_answer();
  }
  if (!finds_answered_) co_return no_answer();
  const auto found = payments_.find(booking);
  if (found == payments_.end()) co_return Error{ErrorCode::not_found, "No such payment."};
  co_return found->second;
}

Task<Result<Refund>> ScriptedPaymentProvider::refund(payment::RefundRequest request) {
  ++refund_calls_;
  co_await turn();
  if (!refunds_answered_) co_return no_answer();
  const auto found = payments_.find(request.booking);
  if (found == payments_.end()) co_return Error{ErrorCode::not_found, "No such payment."};
  if (found->second.status != PaymentStatus::success) {
    co_return Error{ErrorCode::invalid_state, "It was never paid."};
  }
  if (!std::exchange(found->second.refunded, true)) ++refunds_;
  co_return Refund{refund_id(request.booking)};
}

}  // namespace flightdeck::test
