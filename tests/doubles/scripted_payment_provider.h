// A payment provider that does what the test says. It keeps the port's promise: one charge and one refund a
// booking.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "core/executor.h"
#include "payment/payment_provider.h"

namespace flightdeck::test {

class ScriptedPaymentProvider final : public payment::PaymentProvider {
 public:
  enum class Charge {
    paid,
    declined,
    // The charge is accepted, and `decide` brings the verdict.
    pending,
    // The charge is not answered, and the provider never received it.
    never_arrives,
    // The booking is paid, but the answer gets lost.
    paid_unheard,
    declined_unheard,
    // The charge is not answered until `let_go`.
    hangs,
  };

  explicit ScriptedPaymentProvider(Executor& home) : home_(home) {}

  void on_charge(Charge what) { on_charge_ = what; }
  void refunds_answered(bool answered) { refunds_answered_ = answered; }
  void finds_answered(bool answered) { finds_answered_ = answered; }
  // Questions about it get no answer until `let_finds_go`.
  void hang_finds_of(BookingId booking) { silent_.insert(booking); }
  void let_finds_go();
  // The verdict on a payment, known to `find` from now on.
  void decide(BookingId booking, payment::PaymentStatus status);
  // Somebody paid that amount for it before it was charged: to a charge of another it says no.
  void paid_before(BookingId booking, Money amount);
  // It gives the money back by itself.
  void refund_unasked(BookingId booking) { payments_[booking].refunded = true; }
  // Charges are answered without the amount, as by a provider that states it only when it is asked.
  void states_amounts(bool states) { states_amounts_ = states; }
  void forget(BookingId booking) { payments_.erase(booking); }
  // Every charge that hangs now goes on as if it had come now.
  void let_go(Charge what);

  static std::string payment_id(BookingId booking) { return "pay-" + booking.str(); }
  static std::string refund_id(BookingId booking) { return "refund-" + booking.str(); }

  int charge_calls() const { return charge_calls_; }
  int find_calls() const { return find_calls_; }
  int refund_calls() const { return refund_calls_; }
  int refunds() const { return refunds_; }
  const std::vector<payment::ChargeRequest>& requests() const { return requests_; }

  Task<Result<payment::Payment>> charge(payment::ChargeRequest request) override;
  Task<Result<payment::Payment>> find(BookingId booking) override;
  Task<Result<payment::Refund>> refund(payment::RefundRequest request) override;

 private:
  Task<void> turn();

  Executor& home_;
  Charge on_charge_ = Charge::paid;
  bool refunds_answered_ = true;
  bool finds_answered_ = true;
  bool states_amounts_ = true;
  int charge_calls_ = 0;
  int find_calls_ = 0;
  int refund_calls_ = 0;
  int refunds_ = 0;
  std::map<BookingId, payment::Payment> payments_;
  // The amounts of all charges that were requested, received or not.
  std::map<BookingId, Money> owed_;
  std::vector<payment::ChargeRequest> requests_;
  std::vector<std::function<void(Charge)>> hanging_;
  std::set<BookingId> silent_;
  std::vector<std::function<void(bool)>> hanging_finds_;
};

}  // namespace flightdeck::test
