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

// Thread-safe; one for the whole process. No call waits for anything. Its memory is bounded: the oldest decided
// payments are forgotten, and beyond limits::mock_payments_undecided nothing new is taken in.
class MockPaymentBook {
 public:
  explicit MockPaymentBook(const MockSettings& settings,
                           std::size_t remembered_max = limits::mock_payments_remembered,
                           std::size_t undecided_max = limits::mock_payments_undecided);

  const MockSettings& settings() const { return settings_; }

  enum class Entry {
    opened,     // new: the caller must `decide` it, whatever happens to the caller
    undecided,  // somebody else opened it and will decide it
    decided,
    other_amount,  // it has a payment of another amount; nothing is changed
    refused,       // too many are undecided
  };
  struct Opening {
    Entry entry = Entry::refused;
    std::optional<payment::Payment> payment;  // of a decided one
  };
  Opening open(BookingId booking, Money amount);

  // The verdict on a payment that was opened. Decided again it stays as it is.
  payment::Payment decide(BookingId booking);

  // nullopt: unknown or undecided.
  std::optional<payment::Payment> find(BookingId booking) const;

  // A payment that is not remembered, being of before the start or one of the oldest, is refunded for whoever names it: its name
  // was only ever told with its success. not_found: unknown. invalid_state: never paid, or not yet decided.
  Result<payment::Refund> refund(BookingId booking, std::string_view named = {});

 private:
  struct Record {
    std::optional<Money> amount;  // nullopt: forgotten
    bool decided = false;
    bool refunded = false;  // so it was paid
  };
  payment::Payment describe(BookingId booking, const Record& record) const;
  void remember(BookingId booking, const Record& record);
  void forget_oldest();

  const MockSettings settings_;
  const std::size_t remembered_max_;
  const std::size_t undecided_max_;
  mutable std::mutex mutex_;
  std::unordered_map<BookingId, Record> records_;
  std::deque<BookingId> by_age_;  // the keys of records_, about oldest first
  std::size_t undecided_ = 0;
};

}  // namespace flightdeck::payment_mock
