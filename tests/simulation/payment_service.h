// The one payment service of a simulated deployment. It keeps its promise, one charge and one refund a
// booking, and nothing else: it is slow, silent, and calls back late, twice, or in another order than it
// answers.
#pragma once

#include <map>

#include "booking/booking_service.h"
#include "payment/payment_provider.h"
#include "simulation/network.h"

namespace flightdeck::simulation {

// Probabilities are per payment.
struct PaymentFaults {
  double success = 0.75;
  // It answers `pending` at first.
  double decides_later = 0;
  // For payments that are decided at once, the answer has the verdict. Otherwise it is `pending`.
  double answers = 1;
  double calls_back = 0;
  // For payments whose verdict comes by callback, the callback comes twice.
  double calls_back_twice = 0;
  // For payments that will succeed later, a callback comes before the service knows of the payment, with
  // another reference.
  double calls_back_early = 0;
  // Before the decision, the service says that nothing was paid.
  double denies_early = 0;
  // After the booking is settled, the service claims the opposite.
  double contradicts = 0;
  // Another amount was paid for the booking before it is charged.
  double another_amount = 0;
  // The service refunds a paid booking by itself, at once or later.
  double refunds_unasked = 0;
  // A callback does not state the amount.
  double leaves_amount_out = 0;
  Micros decides_within{20'000'000};
  Micros calls_back_within{10'000'000};
  LinkFaults link;
};

class PaymentService {
 public:
  struct Record {
    Money amount;
    payment::PaymentStatus status = payment::PaymentStatus::pending;
    // The number of charges that took money.
    int charges = 0;
    int refunds = 0;
    // A callback has announced the payment already.
    bool promised = false;
    // The service refunded it by itself.
    bool unasked = false;
    // It was reported as paid before.
    bool called_paid = false;
    // A callback said that it was paid, but not how much.
    bool told_of_no_amount = false;
  };
  // Delivers a callback to some process, and answers whether it was accepted.
  using CallBack = std::function<void(booking::PaymentVerdict, std::function<void(bool taken)>)>;

  PaymentService(EventQueue& queue, const PaymentFaults& faults, CallBack call_back)
      : queue_(queue), faults_(faults), call_back_(std::move(call_back)) {}

  bool up() const { return up_; }
  void go_away(bool away) { up_ = !away; }
  const PaymentFaults& faults() const { return faults_; }
  const std::map<BookingId, Record>& records() const { return records_; }
  static std::string payment_id(BookingId booking) { return "pay-" + booking.str(); }

  Result<payment::Payment> charge(BookingId booking, Money amount);
  Result<payment::Payment> find(BookingId booking);
  Result<payment::Refund> refund(BookingId booking);
  // Repeats the verdict, or sends the opposite when `truth` is false.
  void send_callback(BookingId booking, bool truth, int attempts);

 private:
  void decide(BookingId booking);
  void refund_unasked(BookingId booking);
  void call_back_early(BookingId booking, bool success);
  void call_back(booking::PaymentVerdict verdict, std::function<void(bool taken)> again);
  payment::Payment describe(BookingId booking, Record& record);
  // The answer to a charge of that amount.
  Result<payment::Payment> answer(BookingId booking, Record& record, Money amount);

  EventQueue& queue_;
  const PaymentFaults& faults_;
  const CallBack call_back_;
  std::map<BookingId, Record> records_;
  bool up_ = true;
};

class ProcessPayments final : public payment::PaymentProvider {
 public:
  ProcessPayments(Network& network, PaymentService& service) : network_(network), service_(service) {}

  Task<Result<payment::Payment>> charge(payment::ChargeRequest request) override;
  Task<Result<payment::Payment>> find(BookingId booking) override;
  Task<Result<payment::Refund>> refund(payment::RefundRequest request) override;

 private:
  template <class T>
  Task<Result<T>> ask(const char* what, std::function<Result<T>()> question);

  Network& network_;
  PaymentService& service_;
};

}  // namespace flightdeck::simulation
