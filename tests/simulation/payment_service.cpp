#include "simulation/payment_service.h"

#include "core/limits.h"

namespace flightdeck::simulation {

using payment::Payment;
using payment::PaymentStatus;
using payment::Refund;

namespace {
constexpr Micros callback_again{700'000};
constexpr Micros refunds_unasked_within{20'000'000};
}  // namespace

Payment PaymentService::describe(BookingId booking, Record& record) {
  if (record.status == PaymentStatus::success && record.refunds == 0) record.called_paid = true;
  return Payment{payment_id(booking), record.status, record.amount, record.refunds > 0};
}

void PaymentService::decide(BookingId booking) {
  Record& record = records_.at(booking);
  const bool paid = record.promised || queue_.dice().chance(faults_.success);
  record.status = paid ? PaymentStatus::success : PaymentStatus::failure;
  if (paid) ++record.charges;
  queue_.note(paid ? "payment: paid" : "payment: declined", 0, brief(booking));
  Dice& dice = queue_.dice();
  if (paid && dice.chance(faults_.refunds_unasked)) {
    if (dice.chance(0.5)) {
      refund_unasked(booking);
    } else {
      queue_.after(dice.delay(Micros(1000), refunds_unasked_within),
                   [this, booking] { refund_unasked(booking); });
    }
  }
  if (!dice.chance(faults_.calls_back)) return;
  const int times = dice.chance(faults_.calls_back_twice) ? 2 : 1;
  for (int i = 0; i < times; ++i) {
    queue_.after(dice.delay(Micros(1000), faults_.calls_back_within),
                 [this, booking] { send_callback(booking, true, limits::mock_callback_attempts); });
  }
}

void PaymentService::refund_unasked(BookingId booking) {
  Record& record = records_.at(booking);
  if (record.refunds > 0) return;
  ++record.refunds;
  record.unasked = true;
  queue_.note("payment: refunded by itself", 0, brief(booking));
}

void PaymentService::call_back(booking::PaymentVerdict verdict, std::function<void(bool taken)> again) {
  Record& record = records_.at(verdict.booking);
  if (verdict.success) {
    record.called_paid = record.called_paid || record.refunds == 0;
    verdict.amount = record.amount;
    if (queue_.dice().chance(faults_.leaves_amount_out)) {
      verdict.amount.reset();
      record.told_of_no_amount = true;
    }
  }
  call_back_(std::move(verdict), std::move(again));
}

// A success is kept: its callbacks are ahead of its books. Asked about the payment, or for a refund, it knows
// of none for a while. A failure is of an attempt that another one follows.
void PaymentService::call_back_early(BookingId booking, bool success) {
  if (success) records_.at(booking).promised = true;
  queue_.note(success ? "payment: calls back early" : "payment: denies early", 0, brief(booking));
  call_back({booking, success, "early-" + payment_id(booking), std::nullopt}, [](bool) {});
}

void PaymentService::send_callback(BookingId booking, bool truth, int attempts) {
  const Record& record = records_.at(booking);
  const bool paid = record.status == PaymentStatus::success;
  // What was given back is not called paid any more.
  if (paid && truth && record.unasked) return;
  booking::PaymentVerdict verdict{booking, paid == truth, payment_id(booking), std::nullopt};
  if (!truth) verdict.payment_ref = "other-" + verdict.payment_ref;
  queue_.note(truth ? "payment: calls back" : "payment: contradicts", 0, brief(booking));
  const auto again = [this, booking, truth, attempts](bool taken) {
    if (taken || attempts == 1) return;
    queue_.after(callback_again,
                 [this, booking, truth, attempts] { send_callback(booking, truth, attempts - 1); });
  };
  call_back(std::move(verdict), again);
}

Result<Payment> PaymentService::answer(BookingId booking, Record& record, Money amount) {
  // Some refuse a second amount, others say what was paid.
  if (record.amount != amount && record.amount.minor % 2 == 0)
    return Error{ErrorCode::invalid_state, "It has a payment of another amount."};
  return describe(booking, record);
}

Result<Payment> PaymentService::charge(BookingId booking, Money amount) {
  const auto [at, added] = records_.try_emplace(booking);
  Record& record = at->second;
  if (!added) return answer(booking, record, amount);
  record.amount = amount;
  Dice& dice = queue_.dice();
  if (dice.chance(faults_.another_amount)) record.amount.minor += dice.chance(0.5) ? 1 : 2;
  if (dice.chance(faults_.denies_early)) call_back_early(booking, false);
  if (dice.chance(faults_.decides_later)) {
    queue_.after(dice.delay(Micros(1000), faults_.decides_within), [this, booking] { decide(booking); });
    if (dice.chance(faults_.calls_back_early)) call_back_early(booking, true);
    return answer(booking, record, amount);
  }
  decide(booking);
  if (dice.chance(faults_.answers)) return answer(booking, record, amount);
  return Payment{payment_id(booking), PaymentStatus::pending, record.amount, false};
}

Result<Payment> PaymentService::find(BookingId booking) {
  const auto found = records_.find(booking);
  if (found == records_.end()) return Error{ErrorCode::not_found, "No such payment."};
  return describe(booking, found->second);
}

Result<Refund> PaymentService::refund(BookingId booking) {
  const auto found = records_.find(booking);
  if (found == records_.end()) return Error{ErrorCode::not_found, "No such payment."};
  Record& record = found->second;
  if (record.status != PaymentStatus::success) return Error{ErrorCode::invalid_state, "It was never paid."};
  if (record.refunds == 0) {
    ++record.refunds;
    queue_.note("payment: refunded", 0, brief(booking));
  }
  return Refund{"refund-" + booking.str()};
}

template <class T>
Task<Result<T>> ProcessPayments::ask(const char* what, std::function<Result<T>()> question) {
  const Link link{what, service_.faults().link, limits::payment_call_deadline};
  std::function<std::optional<Result<T>>()> effect =
      [&service = service_, question = std::move(question)]() -> std::optional<Result<T>> {
    if (!service.up()) return std::nullopt;
    return question();
  };
  std::optional<Result<T>> answer = co_await network_.call<Result<T>>(link, std::move(effect));
  if (!answer) co_return Error{ErrorCode::unavailable, "The payment service does not answer."};
  co_return std::move(*answer);
}

Task<Result<Payment>> ProcessPayments::charge(payment::ChargeRequest request) {
  std::function<Result<Payment>()> question = [&service = service_, booking = request.booking,
                                               amount = request.amount] {
    return service.charge(booking, amount);
  };
  return ask<Payment>("payment: charge", std::move(question));
}

Task<Result<Payment>> ProcessPayments::find(BookingId booking) {
  std::function<Result<Payment>()> question = [&service = service_, booking] {
    return service.find(booking);
  };
  return ask<Payment>("payment: find", std::move(question));
}

Task<Result<Refund>> ProcessPayments::refund(payment::RefundRequest request) {
  std::function<Result<Refund>()> question = [&service = service_, booking = request.booking] {
    return service.refund(booking);
  };
  return ask<Refund>("payment: refund", std::move(question));
}

}  // namespace flightdeck::simulation
