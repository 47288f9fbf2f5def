// What the mock payment service remembers: one entry a booking.
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

// Thread-safe; one for the whole process. No call waits for anything. Its memory is bounded: the oldest
// decided payments are forgotten, and beyond limits::mock_payments_undecided nothing new is taken in.
class MockPaymentBook {
 public:
  explicit MockPaymentBook(const MockSettings& settings,
                           std::size_t remembered_max = limits::mock_payments_remembered,
                           std::size_t undecided_max = limits::mock_payments_undecided);

  const MockSettings& settings() const { return settings_; }

  enum class Entry {
    // New: the caller must `decide` it, whatever happens to the caller.
    opened,
    // Somebody else opened it and will decide it.
    undecided,
    decided,
    // It has a payment of another amount; nothing is changed.
    other_amount,
    // Too many are undecided.
    refused,
  };
  struct Opening {
    Entry entry = Entry::refused;
    // Of a decided one.
    std::optional<payment::Payment> payment;
  };
  Opening open(BookingId booking, Money amount);

  // The verdict on a payment that was opened. Decided again it stays as it is.
  payment::Payment decide(BookingId booking);

  // nullopt: unknown or undecided.
  std::optional<payment::Payment> find(BookingId booking) const;

  // A payment that is not remembered, being of before the start or one of the oldest, is refunded for whoever
  // names it: its name was only ever told with its success. not_found: unknown. invalid_state: never paid, or
  // not yet decided.
  Result<payment::Refund> refund(BookingId booking, std::string_view named = {});

 private:
  struct Record {
    // Nullopt: forgotten.
    std::optional<Money> amount;
    bool decided = false;
    // So it was paid.
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
  // The keys of records_, about oldest first.
  std::deque<BookingId> by_age_;
  std::size_t undecided_ = 0;
};

}  // namespace flightdeck::payment_mock
