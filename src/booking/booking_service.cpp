#include "booking/booking_service.h"

#include <algorithm>
#include <memory>

#include "core/limits.h"

namespace flightdeck::booking {

namespace {

// Goes on in the next turn of the executor.
struct NextTurn {
  Executor& home;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    home.post([waiter] { waiter.resume(); });
  }
  void await_resume() const noexcept {}
};

struct Subscription {
  SettleWaiters& waiters;
  BookingId booking;
  std::uint64_t token = 0;
  ~Subscription() { waiters.unsubscribe(booking, token); }
};

// A wait for a settlement that may be told here. It outlives the waiting coroutine: what was posted to it
// still comes.
struct SettlementWait {
  bool over = false;
  // Nullopt when over: the process is about to stop.
  std::optional<ledger::Booking> settled;
  // Of the coroutine while it is suspended.
  std::function<void(bool)> wake;

  void go_on() {
    if (const auto resume = std::exchange(wake, nullptr)) resume(true);
  }
  void end(std::optional<ledger::Booking> booking) {
    over = true;
    settled = std::move(booking);
    go_on();
  }
};

// Returns when it is over, or after `time`.
Task<void> over_or_after(std::shared_ptr<SettlementWait> state, Milliseconds time, Timers& timers) {
  Timers::TimerId timer = 0;
  auto pause = callback_awaiter<bool>([&](auto done) {
    if (state->over) return done(true);
    state->wake = done;
    timer = timers.start(time, [state](bool fired) {
      if (fired) state->go_on();
    });
  });
  co_await pause;
  timers.cancel(timer);
}

ledger::SettlePayment settle_payment(const ledger::Booking& booking, ledger::PaymentOutcome outcome,
                                     ledger::PaymentSource source) {
  return {.id = booking.id, .flight = booking.flight, .outcome = std::move(outcome), .source = source};
}

ledger::PaymentFailed declined() { return {.reason = std::string(ledger::reason_payment_declined)}; }

// What a callback says.
ledger::PaymentOutcome outcome_of(const PaymentVerdict& verdict) {
  if (!verdict.success) return declined();
  return ledger::PaymentSucceeded{.payment_ref = verdict.payment_ref, .amount = verdict.amount};
}

// By what the provider itself says.
ledger::SettlePayment settle_as_provider_says(const ledger::Booking& booking,
                                              const payment::Payment& payment) {
  if (payment.status != payment::PaymentStatus::success)
    return settle_payment(booking, declined(), ledger::PaymentSource::provider);
  return settle_payment(
      booking,
      ledger::PaymentSucceeded{
          .payment_ref = payment.payment_id, .amount = payment.amount, .refunded = payment.refunded},
      ledger::PaymentSource::provider);
}

// It was paid, and how much.
bool says_paid(const Result<payment::Payment>& payment) {
  return payment && payment->status == payment::PaymentStatus::success && states_what_was_paid(*payment);
}

// nullopt: it has succeeded, or the provider does not answer.
std::optional<ledger::ProviderRecord> record_of(const Result<payment::Payment>& payment) {
  if (!payment) {
    if (payment.error().code == ErrorCode::not_found) return ledger::ProviderRecord::none;
    return std::nullopt;
  }
  switch (payment->status) {
    case payment::PaymentStatus::success: return std::nullopt;
    case payment::PaymentStatus::failure: return ledger::ProviderRecord::declined;
    case payment::PaymentStatus::pending: return ledger::ProviderRecord::undecided;
  }
  return std::nullopt;
}

}  // namespace

Error overload() { return Error{ErrorCode::overloaded, "Too many bookings are under way; try again."}; }

Task<ReserveAnswer> BookingService::reserve(FlightId flight_id, BookingId id, std::int64_t seats) {
  for (int tries = 0; tries <= limits::gate_cold_retries; ++tries) {
    const ReserveAnswer answer =
        co_await dependencies_.gate.reserve(flight_id, id, seats, dependencies_.clock.now());
    if (answer == ReserveAnswer::held) dependencies_.counters.gate_decrements_total.add();
    if (answer == ReserveAnswer::sold_out) {
      // Seats may have been given back, and the gate may not have the update yet.
      if (dependencies_.lag.possible(std::chrono::steady_clock::now())) break;
      dependencies_.counters.gate_decrements_failed.add();
    }
    if (answer != ReserveAnswer::cold) co_return answer;

    const std::optional<flights::Flight> flight = co_await dependencies_.ledger.find_flight(flight_id);
    if (!flight || !flights::on_sale(*flight, dependencies_.clock.now())) break;
    std::vector<SeatUpdate> record(1);
    record.front().flight = flight_id;
    record.front().count = SeatUpdate::Count{flight->version, flight->available_seats, flight->updated_at};
    if (!co_await dependencies_.gate.sync(std::move(record))) break;
  }
  // The ledger alone decides, and says why not.
  co_return ReserveAnswer::away;
}

bool BookingService::overloaded(Milliseconds waited) {
  const bool full = dependencies_.admission.full(dependencies_.clock.now(), waited);
  if (full) dependencies_.counters.overloaded.add();
  return full;
}

Task<Result<BookAnswer>> BookingService::book(BookRequest request) {
  const bool keyed = request.idempotency_key.has_value();
  const BookingId id = keyed ? ledger::idempotent_booking_id(request.user, *request.idempotency_key)
                             : BookingId{make_uuid_v7(dependencies_.clock.now(), dependencies_.random)};
  // A repeat is answered before anything else: it takes no seat from the gate, not even for an instant, and
  // it is answered under load and when the flight has sold out since.
  if (keyed) {
    std::optional<ledger::Booking> earlier = co_await dependencies_.ledger.find_booking(id);
    if (earlier) {
      if (!ledger::same_request(*earlier, request.user, request.flight, request.seats))
        co_return ledger::key_reused();
      co_return BookAnswer{*std::move(earlier), true};
    }
  }
  AdmissionSlot slot(dependencies_.admission, dependencies_.clock.now(), request.waited);
  if (!slot.admitted()) {
    dependencies_.counters.overloaded.add();
    co_return overload();
  }
  const ReserveAnswer seats = co_await reserve(request.flight, id, request.seats);
  if (seats == ReserveAnswer::sold_out) {
    // Its copy may have been written between the look above and here: then the ledger answers with that.
    std::optional<ledger::Booking> copy;
    if (keyed) copy = co_await dependencies_.ledger.find_booking(id);
    if (!copy) co_return Error{ErrorCode::out_of_stock, "Not enough seats are left."};
  }
  const FlightId flight = request.flight;
  Result<BookAnswer> placed = co_await place(std::move(request), id, std::move(slot));
  // A commit drops its holds over any connection, so perhaps before this one has brought the hold there.
  if (seats == ReserveAnswer::unanswered) dependencies_.hold_drops.drop_soon(flight, id);
  // No commit that the ledger knows of will drop this hold. If the ledger has committed all the same, the
  // gate offers seats that the ledger refuses, until a sweep updates it.
  const bool left_over = !placed && (placed.error().code == ErrorCode::unavailable ||
                                     placed.error().code == ErrorCode::overloaded);
  if (left_over && seats == ReserveAnswer::held) co_await dependencies_.hold_drops.drop(flight, id);
  co_return placed;
}

Task<Result<BookAnswer>> BookingService::place(BookRequest request, BookingId id, AdmissionSlot slot) {
  ledger::Command command = ledger::PlaceBooking{id,
                                                 request.user,
                                                 request.flight,
                                                 request.seats,
                                                 rules_.payment_timeout,
                                                 !request.idempotency_key.has_value()};
  Result<ledger::Applied> placed = co_await dependencies_.ledger.apply(std::move(command));
  slot.placed();
  if (!placed) {
    if (placed.error().code == ErrorCode::overloaded) dependencies_.counters.overloaded.add();
    co_return placed.error();
  }
  BookAnswer answer{std::move(*placed->booking), placed->effect == ledger::Effect::replayed};
  if (!answer.replayed)
    dependencies_.scope.spawn(charge_and_settle(answer.booking, placed->row_version, std::move(slot)));
  co_return answer;
}

Task<void> BookingService::charge_and_settle(ledger::Booking booking,
                                             std::optional<ledger::RowVersion> row_version,
                                             [[maybe_unused]] AdmissionSlot slot) {
  const BookingId id = booking.id;
  const Charging charging(charging_, id);
  // Lets whoever booked wait for the outcome before there can be one.
  NextTurn next_turn{dependencies_.home};
  co_await next_turn;
  payment::ChargeRequest request{booking.id, booking.amount, rules_.callback_url};
  Result<payment::Payment> payment = co_await dependencies_.provider.charge(std::move(request));
  // There is a payment of another amount, or one that the answer does not tell the amount of.
  const bool unclear =
      payment ? !states_what_was_paid(*payment) : payment.error().code == ErrorCode::invalid_state;
  if (unclear) {
    Result<payment::Payment> found = co_await find_payment(id);
    payment = std::move(found);
  }
  if (!payment || !states_what_was_paid(*payment)) {
    // Its outcome is unknown: the seats stay held until the provider can be asked, when the booking expires.
    provider_silent_ = dependencies_.clock.now();
    const std::string text = id.str();
    const std::string why = payment ? "The amount is not stated." : payment.error().detail;
    dependencies_.log.warn("charge not answered", {{"booking_id", text}, {"error", why}});
    co_return;
  }
  // The verdict comes by callback.
  if (payment->status == payment::PaymentStatus::pending) co_return;
  const bool success = payment->status == payment::PaymentStatus::success;
  ledger::SettlePayment settle = settle_as_provider_says(booking, *payment);
  if (row_version && success)
    settle.cached = std::make_shared<const ledger::CachedBooking>(
        ledger::CachedBooking{std::move(booking), *row_version});
  ledger::Command command = std::move(settle);
  const Result<ledger::Booking> settled = co_await apply_and_refund(std::move(command));
  if (!settled) {
    const std::string text = id.str();
    dependencies_.log.warn("payment not settled", {{"booking_id", text}, {"error", settled.error().detail}});
  }
}

Task<ledger::Booking> BookingService::wait_until_final(BookAnswer answer, Milliseconds wait) {
  ledger::Booking booking = std::move(answer.booking);
  if (booking.status != ledger::BookingStatus::pending) co_return booking;
  auto state = std::make_shared<SettlementWait>();
  const auto told = [state](std::optional<ledger::Booking> settled) { state->end(std::move(settled)); };
  const Subscription subscription{dependencies_.waiters, booking.id,
                                  dependencies_.waiters.subscribe(booking.id, dependencies_.home, told)};
  // A repeated request may have found its booking settled before it subscribed; the first one cannot.
  if (answer.replayed) co_await reread(booking);
  Milliseconds pause = limits::wait_reread_first;
  Milliseconds not_read{0};
  while (booking.status == ledger::BookingStatus::pending && !state->over && wait > Milliseconds::zero()) {
    const Milliseconds step = std::min(pause, wait);
    co_await over_or_after(state, step, dependencies_.timers);
    wait -= step;
    not_read += step;
    pause = std::min(2 * pause, limits::wait_reread_longest);
    // A settlement by this process wakes this wait. One by another process is only in the ledger. A booking
    // that is charged here is hardly ever settled elsewhere, and under load a read for each one would be too
    // many.
    const bool may_wait = charging_.contains(booking.id) && not_read + pause <= limits::wait_reread_longest;
    if (state->settled || (may_wait && wait > Milliseconds::zero())) continue;
    co_await reread(booking);
    not_read = Milliseconds::zero();
  }
  if (state->settled) co_return *std::move(state->settled);
  co_return booking;
}

Task<void> BookingService::reread(ledger::Booking& booking) {
  try {
    std::optional<ledger::Booking> current = co_await dependencies_.ledger.find_booking(booking.id);
    if (current) booking = *std::move(current);
  } catch (const UnavailableError&) {
    // It stands as it was answered: a booking that is placed must not look like one that failed.
  }
}

Task<Result<ledger::Booking>> BookingService::apply_and_refund(ledger::Command command) {
  const auto* settle = std::get_if<ledger::SettlePayment>(&command);
  const auto* success = settle ? std::get_if<ledger::PaymentSucceeded>(&settle->outcome) : nullptr;
  const std::optional<Money> paid = success ? success->amount : std::nullopt;
  Result<ledger::Applied> applied = co_await dependencies_.ledger.apply(std::move(command));
  if (!applied) co_return applied.error();
  if (applied->fault) log_fault(*applied->fault, *applied->booking, paid);
  ledger::Booking booking = std::move(*applied->booking);
  co_return co_await refund_if_due(std::move(booking));
}

void BookingService::log_fault(ledger::PaymentFault fault, const ledger::Booking& booking,
                               std::optional<Money> paid) {
  const bool refunded = fault == ledger::PaymentFault::refunded;
  (refunded ? dependencies_.counters.payments_found_refunded : dependencies_.counters.payments_amount_differs)
      .add();
  const std::string id = booking.id.str();
  const std::string owed = format_money(booking.amount);
  const std::string amount = paid ? format_money(*paid) : std::string();
  dependencies_.log.error(
      refunded ? "a payment was refunded at the provider" : "another amount was paid than is owed",
      {{"booking_id", id},
       {"status", to_string(booking.status)},
       {"payment_ref", booking.payment_ref},
       {"amount", owed},
       {"amount_paid", amount}});
}

Task<ledger::Booking> BookingService::refund_if_due(ledger::Booking booking) {
  if (!ledger::refund_due(booking)) co_return booking;
  payment::RefundRequest request{booking.id, booking.payment_ref};
  Result<payment::Refund> refund = co_await dependencies_.provider.refund(std::move(request));
  ledger::RecordRefund record{booking.id, booking.flight, {}, booking.payment_ref};
  if (refund) {
    record.refund_ref = std::move(refund->refund_id);
  } else if (refund.error().code == ErrorCode::not_found || refund.error().code == ErrorCode::invalid_state) {
    const bool is_void = co_await never_to_be_paid(booking);
    if (!is_void) co_return booking;
    record.refund_ref = ledger::void_refund_ref(booking);
  } else {
    provider_silent_ = dependencies_.clock.now();
    const std::string id = booking.id.str();
    dependencies_.log.warn("refund put off", {{"booking_id", id}, {"error", refund.error().detail}});
    // Its intent brings it back.
    co_return booking;
  }
  ledger::Command command = std::move(record);
  Result<ledger::Applied> applied = co_await dependencies_.ledger.apply(std::move(command));
  if (applied) co_return std::move(*applied->booking);
  co_return booking;
}

Task<Result<payment::Payment>> BookingService::find_payment(BookingId id) {
  Result<payment::Payment> payment = co_await dependencies_.provider.find(id);
  if (!payment && payment.error().code != ErrorCode::not_found) provider_silent_ = dependencies_.clock.now();
  co_return payment;
}

// A callback can be false, or ahead of the provider's books, while the charge is under way.
Task<bool> BookingService::never_to_be_paid(ledger::Booking booking) {
  const Result<payment::Payment> payment = co_await find_payment(booking.id);
  const std::optional<ledger::ProviderRecord> record = record_of(payment);
  // Paid just now, or not answered: its intent brings it back.
  if (!record) co_return false;
  const std::string id = booking.id.str();
  dependencies_.log.warn("the payment provider knows of no payment to refund",
                         {{"booking_id", id}, {"payment_ref", booking.payment_ref}});
  const std::optional<Instant> next =
      ledger::next_payment_inquiry(booking, *record, provider_silent_, dependencies_.clock.now());
  if (!next) co_return true;
  co_await reschedule(std::move(booking), next);
  co_return false;
}

Task<Result<ledger::Booking>> BookingService::settle(PaymentVerdict verdict) {
  const std::optional<ledger::Booking> booking = co_await dependencies_.ledger.find_booking(verdict.booking);
  if (!booking) co_return Error{ErrorCode::not_found, "There is no such booking."};
  ledger::SettlePayment settle =
      settle_payment(*booking, outcome_of(verdict), ledger::PaymentSource::callback);
  if (verdict.success && verdict.amount != booking->amount && waits_for_payment(*booking)) {
    const Result<payment::Payment> payment = co_await find_payment(booking->id);
    if (says_paid(payment)) {
      settle = settle_as_provider_says(*booking, *payment);
    } else {
      // The callback may be ahead of the provider's books, so the provider is asked again, however late it
      // is.
      const ledger::ProviderRecord record = record_of(payment).value_or(ledger::ProviderRecord::none);
      const Instant now = dependencies_.clock.now();
      std::get<ledger::PaymentSucceeded>(settle.outcome).ask_again_at =
          ledger::next_payment_inquiry(*booking, record, now, now);
    }
  }
  ledger::Command command = std::move(settle);
  Result<ledger::Booking> settled = co_await apply_and_refund(std::move(command));
  // It may be true all the same, as of a second attempt. Then the provider says so, too.
  const bool refused = !settled && settled.error().code == ErrorCode::invalid_state;
  if (refused && verdict.success && !ledger::holds_seats(*booking))
    co_await reschedule(*booking, dependencies_.clock.now());
  co_return settled;
}

Task<Result<ledger::Booking>> BookingService::cancel(BookingId id) { return cancel(id, false); }
Task<Result<ledger::Booking>> BookingService::cancel_with_flight(BookingId id) { return cancel(id, true); }

Task<Result<ledger::Booking>> BookingService::cancel(BookingId id, bool with_flight) {
  const std::optional<ledger::Booking> found = co_await dependencies_.ledger.find_booking(id);
  if (!found) co_return Error{ErrorCode::not_found, "There is no such booking."};
  ledger::Command command = ledger::CancelBooking{id, found->flight, with_flight};
  if (!with_flight) co_return co_await apply_and_refund(std::move(command));
  Result<ledger::Applied> applied = co_await dependencies_.ledger.apply(std::move(command));
  if (!applied) co_return applied.error();
  co_return std::move(*applied->booking);
}

Task<std::optional<ledger::Booking>> BookingService::find(BookingId id) {
  return dependencies_.ledger.find_booking(id);
}

Task<ledger::BookingPage> BookingService::list(ledger::BookingListQuery query) {
  std::function<ledger::BookingPage(ledger::LedgerReader&)> page = [query](ledger::LedgerReader& reader) {
    return reader.list_bookings(query);
  };
  return ledger::read<ledger::BookingPage>(dependencies_.ledger, ledger::ReadKind::list, std::move(page));
}

Task<void> BookingService::finish(BookingId id) {
  std::optional<ledger::Booking> found = co_await dependencies_.ledger.find_booking(id);
  if (!found) co_return;
  ledger::Booking booking = *std::move(found);
  switch (ledger::next_step(booking)) {
    case ledger::NextStep::ask_provider: co_await ask_provider(std::move(booking)); break;
    case ledger::NextStep::refund: co_await refund_if_due(std::move(booking)); break;
    case ledger::NextStep::nothing: co_await reschedule(std::move(booking), std::nullopt); break;
  }
}

Task<void> BookingService::ask_provider(ledger::Booking booking) {
  const Result<payment::Payment> payment = co_await find_payment(booking.id);
  if (says_paid(payment)) {
    ledger::Command paid = settle_as_provider_says(booking, *payment);
    Result<ledger::Booking> settled = co_await apply_and_refund(std::move(paid));
    // Of one that a callback had confirmed this was all there was to know.
    if (settled && booking.status == ledger::BookingStatus::confirmed)
      co_await reschedule(*std::move(settled), std::nullopt);
    co_return;
  }
  const std::optional<ledger::ProviderRecord> record = record_of(payment);
  if (!record) {
    const std::string id = booking.id.str();
    const std::string why = payment ? "The amount is not stated." : payment.error().detail;
    dependencies_.log.warn("payment provider not answering, asked again later",
                           {{"booking_id", id}, {"error", why}});
    // Its seats stay held: it may be paid.
    co_return;
  }

  const std::optional<Instant> next =
      ledger::next_payment_inquiry(booking, *record, provider_silent_, dependencies_.clock.now());
  if (booking.status == ledger::BookingStatus::confirmed && !next) {
    const std::string id = booking.id.str();
    dependencies_.log.warn("the payment provider knows of no payment of a booking that a callback confirmed",
                           {{"booking_id", id}, {"payment_ref", booking.payment_ref}});
  }
  if (booking.status != ledger::BookingStatus::pending) {
    co_await reschedule(std::move(booking), next);
    co_return;
  }
  // Nobody said in time that it is paid, whatever the provider says now.
  ledger::SettlePayment expired = settle_payment(
      booking,
      ledger::PaymentFailed{.reason = std::string(ledger::reason_payment_timeout), .ask_again_at = next},
      ledger::PaymentSource::provider);
  ledger::Command command = std::move(expired);
  co_await apply_and_refund(std::move(command));
}

Task<void> BookingService::reschedule(ledger::Booking booking, std::optional<Instant> next) {
  ledger::Command command =
      ledger::RescheduleIntent{booking.id, booking.flight, next, ledger::state_of(booking)};
  co_await dependencies_.ledger.apply(std::move(command));
}

}  // namespace flightdeck::booking
