#include "payment_mock/mock_payment_book.h"

namespace flightdeck::payment_mock {

using payment::Payment;
using payment::PaymentStatus;
using payment::Refund;

MockPaymentBook::MockPaymentBook(const MockSettings& settings, std::size_t remembered_max,
                                 std::size_t undecided_max)
    : settings_(settings), remembered_max_(remembered_max), undecided_max_(undecided_max) {}

MockPaymentBook::Opening MockPaymentBook::open(BookingId booking, Money amount) {
  const std::lock_guard lock(mutex_);
  if (const auto found = records_.find(booking); found != records_.end()) {
    std::optional<Money>& known = found->second.amount;
    if (!known) known = amount;
    if (*known != amount) return {Entry::other_amount, std::nullopt};
    if (!found->second.decided) return {Entry::undecided, std::nullopt};
    return {Entry::decided, describe(booking, found->second)};
  }
  if (undecided_ >= undecided_max_) return {Entry::refused, std::nullopt};
  remember(booking, Record{amount});
  ++undecided_;
  return {Entry::opened, std::nullopt};
}

void MockPaymentBook::remember(BookingId booking, const Record& record) {
  while (records_.size() >= remembered_max_ && records_.size() > undecided_) forget_oldest();
  records_.emplace(booking, record);
  by_age_.push_back(booking);
}

// An undecided one is passed over: somebody waits for it.
void MockPaymentBook::forget_oldest() {
  const BookingId oldest = by_age_.front();
  by_age_.pop_front();
  const auto found = records_.find(oldest);
  if (found->second.decided) {
    records_.erase(found);
  } else {
    by_age_.push_back(oldest);
  }
}

Payment MockPaymentBook::decide(BookingId booking) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(booking);
  // Decided before, and forgotten since.
  if (found == records_.end()) return describe(booking, Record{});
  if (!found->second.decided) {
    found->second.decided = true;
    --undecided_;
  }
  return describe(booking, found->second);
}

std::optional<Payment> MockPaymentBook::find(BookingId booking) const {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(booking);
  if (found == records_.end() || !found->second.decided) return std::nullopt;
  return describe(booking, found->second);
}

Result<Refund> MockPaymentBook::refund(BookingId booking, std::string_view named) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(booking);
  if (found == records_.end() && named == payment_id(booking)) {
    remember(booking, Record{std::nullopt, true, true});
    return Refund{refund_id(booking)};
  }
  if (found == records_.end()) {
    return Error{ErrorCode::not_found, "There is no payment of this booking."};
  }
  if (found->second.refunded) return Refund{refund_id(booking)};
  if (!found->second.decided || !succeeds(settings_, booking)) {
    return Error{ErrorCode::invalid_state, "This booking was never paid."};
  }
  found->second.refunded = true;
  return Refund{refund_id(booking)};
}

Payment MockPaymentBook::describe(BookingId booking, const Record& record) const {
  const bool paid = record.refunded || succeeds(settings_, booking);
  const auto status = paid ? PaymentStatus::success : PaymentStatus::failure;
  return Payment{payment_id(booking), status, record.amount, record.refunded};
}

}  // namespace flightdeck::payment_mock
