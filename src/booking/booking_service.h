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
  // Told to the payment provider; empty: none.
  std::string callback_url;
};

// What a request that is not admitted is told.
Error overload();

struct BookRequest {
  UserId user;
  FlightId flight;
  // 1 to BookingRules::seats_per_booking_max, checked by the caller.
  std::int64_t seats = 0;
  // Checked by the caller.
  std::optional<std::string> idempotency_key;
  // Before anybody looked at it.
  Milliseconds waited{0};
};

struct BookAnswer {
  ledger::Booking booking;
  bool replayed = false;
};

// A verdict as the payment callback brings it.
struct PaymentVerdict {
  BookingId booking;
  bool success = false;
  std::string payment_ref;
  // That was paid; nullopt: it does not say.
  std::optional<Money> amount;
};

// One instance per I/O thread, used from that thread only. All operations are idempotent by booking id. They
// throw UnavailableError when the ledger cannot be read.
class BookingService {
 public:
  struct Dependencies {
    ledger::Ledger& ledger;
    SeatGate& gate;
    // What the gate says may be of a while ago.
    const flights::IndexLag& lag;
    // Of the gate.
    HoldDrops& hold_drops;
    payment::PaymentProvider& provider;
    SettleWaiters& waiters;
    Admission& admission;
    Executor& home;
    Timers& timers;
    const Clock& clock;
    Random& random;
    // Where charges run on after the answer.
    TaskScope& scope;
    Counters& counters;
    Log& log;
  };

  // `rules` outlives it.
  BookingService(Dependencies dependencies, const BookingRules& rules)
      : dependencies_(dependencies), rules_(rules), provider_silent_(dependencies.clock.now()) {}
  BookingService(Dependencies dependencies, BookingRules&& rules) = delete;

  const BookingRules& rules() const { return rules_; }

  // Holds the seats durably and starts the charge, which goes on by itself. Errors: out_of_stock, not_found,
  // flight_closed, idempotency_key_reused, overloaded, unavailable.
  Task<Result<BookAnswer>> book(BookRequest request);

  // A request without an idempotency key that has `waited` would be refused now: overloaded. Nobody needs to
  // read it then.
  bool overloaded(Milliseconds waited);

  // The booking as it is when it is final, or after `wait` at the latest (earlier when the process stops). A
  // settlement by this process ends the wait at once, one by another process within
  // limits::wait_reread_longest. To be awaited right after `book` answered, before anything else is: the
  // charge has not started until then.
  Task<ledger::Booking> wait_until_final(BookAnswer answer, Milliseconds wait);

  // Errors: not_found, invalid_state, unavailable. A refund that falls due is made before it answers, if the
  // provider answers in time; else it is made later. A success that contradicts what is settled has the
  // provider asked; so has one that would confirm and does not state the booking's amount: what the provider
  // says was paid counts then.
  Task<Result<ledger::Booking>> settle(PaymentVerdict verdict);
  Task<Result<ledger::Booking>> cancel(BookingId id);
  // Since its flight is cancelled; a refund is left to `finish`. version_conflict: the flight is on sale
  // again.
  Task<Result<ledger::Booking>> cancel_with_flight(BookingId id);
  Task<std::optional<ledger::Booking>> find(BookingId id);
  Task<ledger::BookingPage> list(ledger::BookingListQuery query);

  // One look at a booking whose intent fell due: asks the provider and settles, or refunds, or closes the
  // matter.
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
  // Asks the provider, and remembers when it does not answer.
  Task<Result<payment::Payment>> find_payment(BookingId id);
  // Of a booking whose refund the provider refused, as there is no payment. Else somebody will come back to
  // it.
  Task<bool> never_to_be_paid(ledger::Booking booking);
  Task<void> ask_provider(ledger::Booking booking);
  Task<void> reschedule(ledger::Booking booking, std::optional<Instant> next);

  // That a booking's charge is under way, or what came of it being settled.
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
  // By this service, of which there is one a thread.
  std::unordered_set<BookingId> charging_;
  // When it last left a question unanswered; nothing is known of before the start.
  Instant provider_silent_;
};

}  // namespace flightdeck::booking
