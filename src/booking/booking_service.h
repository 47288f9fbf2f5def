// Booking seats, settling payments, cancelling: the life of a booking, step by step (ARCHITECTURE.md).
#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "booking/admission.h"
#include "booking/hold_drops.h"
#include "booking/seat_gate.h"
#include "booking/settle_waiters.h"
#include "core/counters.h"
#include "core/executor.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/random.h"
#include "flights/index_lag.h"
#include "ledger/ledger.h"
#include "payment/payment_provider.h"

namespace flightdeck::booking {

struct BookingRules {
  std::int64_t seats_per_booking_max = 9;
  Milliseconds payment_timeout{60'000};
  // The URL that the payment provider calls back. Empty: none.
  std::string callback_url;
};

// The error of a request that is not admitted.
Error overload();

struct BookRequest {
  UserId user;
  FlightId flight;
  // The caller has checked that it is 1 to BookingRules::seats_per_booking_max.
  std::int64_t seats = 0;
  // The caller has checked its form.
  std::optional<std::string> idempotency_key;
  // How long the request waited before it was served.
  Milliseconds waited{0};
};

struct BookAnswer {
  ledger::Booking booking;
  bool replayed = false;
};

// A verdict that came by callback.
struct PaymentVerdict {
  BookingId booking;
  bool success = false;
  std::string payment_ref;
  // The amount that was paid. nullopt: the callback does not state it.
  std::optional<Money> amount;
};

// There is one instance for each I/O thread, used from that thread only. All operations are idempotent by
// booking id. They throw UnavailableError when the ledger cannot be read.
class BookingService {
 public:
  struct Dependencies {
    ledger::Ledger& ledger;
    SeatGate& gate;
    // Says whether the gate may be out of date.
    const flights::IndexLag& lag;
    // Drops holds of the gate.
    HoldDrops& hold_drops;
    payment::PaymentProvider& provider;
    SettleWaiters& waiters;
    Admission& admission;
    Executor& home;
    Timers& timers;
    const Clock& clock;
    Random& random;
    // The scope of charges that continue after the answer.
    TaskScope& scope;
    Counters& counters;
    Log& log;
  };

  // `rules` outlives it.
  BookingService(Dependencies dependencies, const BookingRules& rules)
      : dependencies_(dependencies), rules_(rules), provider_silent_(dependencies.clock.now()) {}
  BookingService(Dependencies dependencies, BookingRules&& rules) = delete;

  const BookingRules& rules() const { return rules_; }

  // Holds the seats durably and starts the charge, which runs on its own. Errors: out_of_stock, not_found,
  // flight_closed, idempotency_key_reused, overloaded, unavailable.
  Task<Result<BookAnswer>> book(BookRequest request);

  // Whether a request without an idempotency key that has `waited` this long would be refused as overloaded
  // now. It need not be parsed then.
  bool overloaded(Milliseconds waited);

  // Returns the booking when it is final, or as it is after `wait`, or earlier when the process stops. A
  // settlement by this process ends the wait at once, one by another process within
  // limits::wait_reread_longest. Await it right after `book` has answered, before anything else: the charge
  // starts only then.
  Task<ledger::Booking> wait_until_final(BookAnswer answer, Milliseconds wait);

  // Errors: not_found, invalid_state, unavailable. A refund that becomes due is made before this answers, if
  // the provider answers in time; otherwise it is made later. The provider is asked when a success
  // contradicts a settled booking, and when a success would confirm the booking but does not state the
  // amount. What the provider says was paid counts then.
  Task<Result<ledger::Booking>> settle(PaymentVerdict verdict);
  Task<Result<ledger::Booking>> cancel(BookingId id);
  // Cancels a booking because its flight is cancelled. A refund is left to `finish`. Error version_conflict:
  // the flight is on sale again.
  Task<Result<ledger::Booking>> cancel_with_flight(BookingId id);
  Task<std::optional<ledger::Booking>> find(BookingId id);
  Task<ledger::BookingPage> list(ledger::BookingListQuery query);

  // Takes the next step for a booking whose intent is due: asks the provider and settles, or makes the
  // refund, or removes the intent.
  Task<void> finish(BookingId id);

 private:
  Task<ReserveAnswer> reserve(FlightId flight, BookingId id, std::int64_t seats);
  Task<Result<BookAnswer>> place(BookRequest request, BookingId id, AdmissionSlot slot);
  Task<void> reread(ledger::Booking& booking);
  Task<void> charge_and_settle(ledger::Booking booking, std::optional<ledger::RowVersion> row_version,
                               AdmissionSlot slot);
  Task<Result<ledger::Booking>> apply_and_refund(ledger::Command command);
  void log_fault(ledger::PaymentFault fault, const ledger::Booking& booking, std::optional<Money> paid);
  Task<Result<ledger::Booking>> cancel(BookingId id, bool with_flight);
  Task<ledger::Booking> refund_if_due(ledger::Booking booking);
  // Asks the provider, and records when it does not answer.
  Task<Result<payment::Payment>> find_payment(BookingId id);
  // Whether a booking whose refund was refused, since the provider knows of no payment, will never be paid.
  // Otherwise it stays unfinished.
  Task<bool> never_to_be_paid(ledger::Booking booking);
  Task<void> ask_provider(ledger::Booking booking);
  Task<void> reschedule(ledger::Booking booking, std::optional<Instant> next);

  // Marks a booking whose charge is under way, or whose outcome is being settled.
  class Charging {
   public:
    Charging(std::unordered_set<BookingId>& all, BookingId id) : all_(all), id_(id) { all_.insert(id_); }
    Charging(const Charging&) = delete;
    Charging& operator=(const Charging&) = delete;
    ~Charging() { all_.erase(id_); }

   private:
    std::unordered_set<BookingId>& all_;
    BookingId id_;
  };

  Dependencies dependencies_;
  const BookingRules& rules_;
  // The bookings that this service, and so this thread, is charging.
  std::unordered_set<BookingId> charging_;
  // When the provider last left a question unanswered. It starts as the time of construction, since nothing
  // is known of the time before.
  Instant provider_silent_;
};

}  // namespace flightdeck::booking
