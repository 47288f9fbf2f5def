// The decisions of the ledger: pure functions from rows and commands to outcomes and changed rows.
//
// Every backend does the same: it loads the rows that the commands of a batch name, calls `decide`, and
// writes the result in one transaction. Commands take effect in their order. After every batch, for every
// flight:
//   seats of PENDING and CONFIRMED bookings + available_seats = total_seats, and available_seats >= 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"
#include "events/event.h"
#include "flights/flight.h"
#include "ledger/booking.h"
#include "ledger/precondition.h"

namespace flightdeck::ledger {

// ---- Commands. Each names its flight, so that all commands of one flight go the same way. ----

Error key_reused();

// Names the write that a row comes from. While a backend gives a row this version, the row is unchanged.
struct RowVersion {
  std::uint64_t value = 0;
};

// A booking as it was committed, kept in memory.
struct CachedBooking {
  Booking booking;
  RowVersion row_version;
};

// Errors: not_found, flight_closed, out_of_stock, idempotency_key_reused (this id with another flight, user
// or seats).
struct PlaceBooking {
  BookingId id;
  UserId user;
  FlightId flight;
  std::int64_t seats = 0;
  Milliseconds payment_timeout{};
  // Made for this command, so that nothing can have it yet: it need not be looked for.
  bool new_id = false;
};

// Who says what became of a payment. An answer of the provider itself overrules a callback.
enum class PaymentSource {
  // A message that anybody may have sent.
  callback,
  // An answer to a charge or to a question of ours.
  provider,
};

struct PaymentSucceeded {
  // Names the payment at the provider.
  std::string payment_ref;
  // What was paid. nullopt: not stated.
  std::optional<Money> amount = {};
  // The money was given back since.
  bool refunded = false;
  // When the provider is asked for an amount that is not stated. nullopt: never.
  std::optional<Instant> ask_again_at = {};
};

struct PaymentFailed {
  // A reason that bookings have: reason_payment_declined or reason_payment_timeout.
  std::string reason;
  // The provider may still learn of a payment, and is asked then. nullopt: it has said so for good.
  std::optional<Instant> ask_again_at = {};
};

using PaymentOutcome = std::variant<PaymentSucceeded, PaymentFailed>;

// Settles a booking by what became of its payment. Errors: not_found, invalid_state (it contradicts what is
// settled).
//
// A success confirms the booking. If the booking has expired, a success takes the seats again when there are
// any. If there are none, or the booking was cancelled, a refund is due.
//
// A booking goes by the payment that the provider names. Money for a booking without seats is given back,
// whatever a callback said before. A callback that contradicts an earlier one is refused.
//
// A failure settles the booking as FAILED. After a callback the intent stays, since the charge may be under
// way. After an answer of the provider the intent goes.
//
// Another amount than the booking's pays for nothing, and neither does a payment that was refunded. What was
// paid is given back. A booking that is CONFIRMED already stays so and bears the fault (`Applied::fault`). A
// callback without an amount confirms the booking, and the provider is asked for the amount later.
struct SettlePayment {
  BookingId id;
  FlightId flight;
  PaymentOutcome outcome;
  PaymentSource source = PaymentSource::callback;
  // The booking need not be read: the commit finds out whether it still is so. Null: it is read.
  std::shared_ptr<const CachedBooking> cached = {};

  bool succeeded() const { return std::holds_alternative<PaymentSucceeded>(outcome); }
};

// Gives the seats back. Errors: not_found, invalid_state (it is FAILED), version_conflict (`with_flight`, and
// the flight is on sale again).
struct CancelBooking {
  BookingId id;
  FlightId flight;
  // Because its flight was cancelled. Refused when the flight was reinstated meanwhile. The refund is due at
  // once, for whoever claims unfinished bookings. That of any other cancellation is due after
  // limits::unfinished_lease, since the caller makes it.
  bool with_flight = false;
};

// The provider has given the money of this payment back. Errors: not_found, invalid_state (no refund is due,
// or the one of another payment is).
struct RecordRefund {
  BookingId id;
  FlightId flight;
  std::string refund_ref;
  // That the booking had when its refund was asked for.
  std::string payment_ref;
};

// Moves the intent of a booking to `next`, or removes it. Does nothing when the booking is no longer as it
// was read. Errors: not_found.
struct RescheduleIntent {
  BookingId id;
  FlightId flight;
  std::optional<Instant> next;
  BookingState as_read;
};

// Errors: duplicate_flight. With `upsert` it replaces the scheduled flight of the same natural key instead.
struct AddFlight {
  FlightId id;
  flights::FlightDraft draft;
  bool upsert = false;
};

// Errors: not_found, version_conflict, flight_closed, capacity_below_sold, duplicate_flight.
struct ReplaceFlight {
  FlightId id;
  flights::FlightDraft draft;
  // Null: none.
  std::shared_ptr<const Precondition> condition;
};

// Takes the flight off sale. Errors: not_found (also when it is off sale already), version_conflict,
// flight_has_bookings. With `even_with_bookings` the bookings stay, and the caller cancels them.
struct CloseFlight {
  FlightId id;
  bool even_with_bookings = false;
  // Null: none.
  std::shared_ptr<const Precondition> condition;
};

// flight_number and departure; unique among scheduled flights.
using NaturalKey = std::pair<std::string, Instant>;

// Puts a cancelled flight on sale again. Bookings that its cancelling has not reached yet stay. Errors:
// not_found, version_conflict, flight_closed (it has departed), invalid_state (it is not cancelled),
// duplicate_flight, unavailable (its key has changed).
struct ReinstateFlight {
  FlightId id;
  // Of the flight, as the caller read it; a cancelled one keeps it.
  NaturalKey key;
  // Null: none.
  std::shared_ptr<const Precondition> condition;
};

using Command = std::variant<PlaceBooking, SettlePayment, CancelBooking, RecordRefund, RescheduleIntent,
                             AddFlight, ReplaceFlight, CloseFlight, ReinstateFlight>;

FlightId flight_of(const Command& command);

// ---- What a batch reads ----

// The rows that a batch reads and locks. Sorted and without repeats, since locks are taken in this order.
//
// Three kinds of row are left out, because reading them costs every booking and hardly any needs them:
// - The flight of a successful payment. In time, a success moves no seat, and the row of the booking is
//   guarded by itself (LedgerStore::commit). For a late one `decide` answers that it needs the flight, and
//   the batch begins again with it.
// - A booking with a new id. If the id is taken all the same, the commit is a LedgerConflict.
// - A cached booking of a successful payment. If it has changed, the commit is a LedgerConflict.
//
// After a conflict the batch begins again with all_keys_of.
struct LedgerKeys {
  std::vector<FlightId> flights;
  std::vector<BookingId> bookings;
  // None of `bookings`, and none twice.
  std::vector<std::shared_ptr<const CachedBooking>> cached;
  std::vector<NaturalKey> natural_keys;
};

LedgerKeys keys_of(std::span<const Command> commands);
// With the booking of every command.
LedgerKeys all_keys_of(std::span<const Command> commands);

struct LedgerRows {
  // Those of `flights` that exist, and those of `natural_keys` that are scheduled, each once.
  std::vector<flights::Flight> flights;
  // Those that exist.
  std::vector<Booking> bookings;
};

// ---- What comes out ----

// What a command did to the row that it names.
enum class Effect {
  // Changed it, or left it as it was.
  updated,
  // Added it.
  added,
  // PlaceBooking: nothing, since a booking with this id was there before.
  replayed,
};

struct Applied {
  // Of a booking command: as it is now.
  std::optional<Booking> booking = {};
  // Of a flight command: as it is now.
  std::optional<flights::Flight> flight = {};
  Effect effect = Effect::updated;
  // PlaceBooking: the write that `booking` is from, once it is committed and if the backend says. nullopt
  // also when a later command of the batch has changed the booking.
  std::optional<RowVersion> row_version = {};
  // SettlePayment: found by it, and not before.
  std::optional<PaymentFault> fault = {};
};

struct IntentChange {
  BookingId booking;
  // Nullopt: remove it.
  std::optional<Instant> due;
  // Its booking is new too: there is none to replace.
  bool added = false;
};

// Final states, one entry per row.
struct LedgerChanges {
  std::vector<flights::Flight> inserted_flights;
  std::vector<flights::Flight> updated_flights;
  // Changed are available_seats, version, and updated_at to `now` alone.
  std::vector<flights::Flight> updated_seats;
  std::vector<Booking> inserted_bookings;
  std::vector<Booking> updated_bookings;
  std::vector<IntentChange> intents;
  std::vector<events::Event> events;
  Instant now{};

  bool empty() const;
  // How many there are of each.
  std::size_t booking_rows() const { return inserted_bookings.size() + updated_bookings.size(); }
  std::size_t flight_rows() const {
    return inserted_flights.size() + updated_flights.size() + updated_seats.size();
  }
};

// How much of a flight an update is about.
enum class UpdateScope {
  // Only holds that have served their purpose. Nothing is said of the flight itself.
  holds,
  // Its seats. Nothing else of it has changed.
  seats,
  // All of it.
  flight,
};

// What a commit means for the seat gate and the flight index of one flight.
struct FlightUpdate {
  FlightId id;
  // As it is now; nullopt: there is no such flight, or nothing is said of it.
  std::optional<flights::Flight> flight = {};
  // Bookings whose hold has served its purpose.
  std::vector<BookingId> settled_holds = {};
  UpdateScope scope = UpdateScope::flight;
};

struct BatchStats {
  std::int64_t placed = 0;
  std::int64_t confirmed = 0;
  std::int64_t failed = 0;
};

// A successful payment that came late or of another amount, and the flight whose row it needs.
struct LatePayment {
  BookingId booking;
  FlightId flight;
  friend bool operator==(const LatePayment&, const LatePayment&) = default;
};

// When `late_payments` is not empty, the flights of these were missing among the rows and everything else
// here is void.
struct BatchDecision {
  std::vector<LatePayment> late_payments;
  // One per command, in order.
  std::vector<Result<Applied>> outcomes;
  // Those of `outcomes` whose booking is new and written just as the outcome has it.
  std::vector<std::size_t> written_as_answered;
  LedgerChanges changes;
  std::vector<FlightUpdate> updates;
  // Bookings that left PENDING in this batch.
  std::vector<Booking> settled;
  BatchStats stats;
};

BatchDecision decide(LedgerRows rows, std::span<const Command> commands, Instant now);

}  // namespace flightdeck::ledger
