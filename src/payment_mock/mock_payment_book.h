// The payments that the mock payment service remembers, one for each booking.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "core/limits.h"
#include "payment/payment_provider.h"
#include "payment_mock/verdict.h"

namespace flightdeck::payment_mock {

// Thread-safe. There is one for the whole process. No call waits. Its memory is bounded: the oldest decided
// payments are forgotten, and no new payment is opened while limits::mock_payments_undecided are undecided.
class MockPaymentBook {
 public:
  explicit MockPaymentBook(const MockSettings& settings,
                           std::size_t remembered_max = limits::mock_payments_remembered,
                           std::size_t undecided_max = limits::mock_payments_undecided);

  const MockSettings& settings() const { return settings_; }

  enum class Entry {
    // The payment is new. The caller must `decide` it, whatever happens to the caller's own client.
    opened,
    // Another caller has opened the payment and will decide it.
    undecided,
    decided,
    // The booking has a payment of another amount. Nothing is changed.
    other_amount,
    // Too many are undecided.
    refused,
  };
  struct Opening {
    Entry entry = Entry::refused;
    // Set when the payment is decided.
    std::optional<payment::Payment> payment;
  };
  Opening open(BookingId booking, Money amount);

  // Decides a payment that was opened. Deciding again changes nothing.
  payment::Payment decide(BookingId booking);

  // nullopt: the payment is unknown or undecided.
  std::optional<payment::Payment> find(BookingId booking) const;

  // A payment that is not remembered any more, because it is from before the start or among the oldest, is
  // refunded if the caller names it. Its name was only ever given out with its success. Errors: not_found
  // when it is unknown, invalid_state when it was never paid or is not decided yet.
  Result<payment::Refund> refund(BookingId booking, std::string_view named = {});

 private:
  struct Record {
    // nullopt: forgotten.
    std::optional<Money> amount;
    bool decided = false;
    // If true, it was paid.
    bool refunded = false;
  };
  payment::Payment describe(BookingId booking, const Record& record) const;
  void remember(BookingId booking, const Record& record);
  void forget_oldest();

  const MockSettings settings_;
  const std::size_t remembered_max_;
  const std::size_t undecided_max_;
  mutable std::mutex mutex_;
  std::unordered_map<BookingId, Record> records_;
  // The keys of records_, roughly the oldest first.
  std::deque<BookingId> by_age_;
  std::size_t undecided_ = 0;
};

}  // namespace flightdeck::payment_mock
