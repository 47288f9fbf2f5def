// The decisions of the ledger: pure functions from rows and commands to outcomes and changed rows.
//
// Every backend loads the rows a batch names, calls `decide`, and writes what it says in one transaction. Commands are
// honoured in order. After every batch, for every flight:
//   seats of PENDING and CONFIRMED bookings + available_seats = total_seats, and available_seats >= 0.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "booking/booking.h"
#include "booking/precondition.h"
#include "core/error.h"
#include "events/event.h"
#include "flights/flight.h"

namespace flightdeck::booking {

// ---- Commands. Each names its flight, so that all commands of one flight go the same way. ----

Error key_reused();

// What a backend calls the write that a row is from. A row is as it was then while the backend calls its last write so.
struct RowStamp {
  std::uint64_t value = 0;
};

// A booking as the caller saw it committed.
struct KnownBooking {
  Booking booking;
  RowStamp stamp;
};

// Errors: not_found, flight_closed, out_of_stock, idempotency_key_reused (this id with another flight, user or seats).
struct PlaceBooking {
  BookingId id;
  UserId user;
  FlightId flight;
  std::int64_t seats = 0;
  Milliseconds payment_timeout{};
  bool new_id = false;  // made for this command, so that nothing can have it yet: it need not be looked for
};

// A verdict of the payment provider. Errors: not_found, invalid_state (it contradicts what is settled).
// A success for a booking that has expired takes the seats again if there are any; else a refund is due. So it is for one that was
// cancelled, and for one that was declined if the provider itself says so: a callback that says both contradicts itself.
// What the provider itself says was paid for a booking without seats is given back, whatever payment a callback told of,
// and a booking goes by the payment that the provider itself says it is. A failure that a callback tells of settles the
// booking and leaves its intent, for the charge may be under way; the provider's own failure ends the matter.
// Another amount than the booking's is no payment of it, and neither is one that was refunded: they confirm nothing, and what
// was paid is given back. A booking that is CONFIRMED already stays so, and bears the reason (`Applied::fault`). When a callback
// does not state the amount, the booking is confirmed and looked at again.
struct SettlePayment {
  BookingId id;
  FlightId flight;
  bool success = false;
  std::string payment_ref;            // of a success; of a failure it is not kept
  std::string failure_reason;         // of a failure
  std::optional<Instant> look_again;  // of a failure: the provider may still learn of a payment, ask it then;
                                      // of a success without an amount: ask it for that then
  bool answered = false;              // by the provider, to a charge or a question of ours; not a callback
  std::shared_ptr<const KnownBooking>
      known;                    // then it need not be read: the commit finds out whether it still is so
  std::optional<Money> amount;  // that was paid, by a success; nullopt: not stated
  bool refunded = false;        // of a success: it was given back since
};

// Errors: not_found, invalid_state (FAILED), version_conflict (the flight was to be closed, and is on sale again).
struct CancelBooking {
  BookingId id;
  FlightId flight;
  // Since its flight is cancelled: not if that was reinstated meanwhile. Its refund is due at once, for whoever looks at
  // unfinished business; that of another cancellation after limits::unfinished_lease, since the caller makes it.
  bool with_flight = false;
};

// The provider gave the money of that payment back. Errors: not_found, invalid_state (no refund is due, or that of another
// payment).
struct RecordRefund {
  BookingId id;
  FlightId flight;
  std::string refund_ref;
  std::string payment_ref;  // that the booking had when its refund was asked for
};

// Look at an unfinished booking again at `next`, or never. A booking that is no longer as it was read is left alone.
// Errors: not_found.
struct RescheduleIntent {
  BookingId id;
  FlightId flight;
  std::optional<Instant> next;
  BookingState as_read;
};

// Errors: duplicate_flight, unless `upsert`: then as ReplaceFlight of the one that is there.
struct AddFlight {
  FlightId id;
  flights::FlightDraft draft;
  bool upsert = false;
};

// Errors: not_found, version_conflict, flight_closed, capacity_below_sold, duplicate_flight.
struct ReplaceFlight {
  FlightId id;
  flights::FlightDraft draft;
  std::shared_ptr<const Precondition> condition;  // null: none
};

// Takes it off sale. Errors: not_found (also when it is closed already), version_conflict, flight_has_bookings unless they
// may stay for the caller to cancel.
struct CloseFlight {
  FlightId id;
  bool even_with_bookings = false;
  std::shared_ptr<const Precondition> condition;  // null: none
};

using NaturalKey =
    std::pair<std::string, Instant>;  // flight_number and departure; unique among scheduled flights

// Puts a cancelled one on sale again. Bookings that its cancelling has not reached yet stay as they are. Errors: not_found,
// version_conflict, flight_closed (departed), invalid_state (it is not cancelled), duplicate_flight, unavailable (it has
// another key by now).
struct ReinstateFlight {
  FlightId id;
  NaturalKey key;  // of the flight, as the caller read it; a cancelled one keeps it
  std::shared_ptr<const Precondition> condition;  // null: none
};

using Command = std::variant<PlaceBooking, SettlePayment, CancelBooking, RecordRefund, RescheduleIntent,
                             AddFlight, ReplaceFlight, CloseFlight, ReinstateFlight>;

FlightId flight_of(const Command& command);

// ---- What a batch reads ----

// Sorted and without repeats: locks are taken in this order. Three things are left out, since they cost every booking and
// matter to hardly any:
// - the flight of a payment's success. In time, it moves no seat, and the booking's row alone is guarded
//   (LedgerStore::commit). When it comes late, `decide` says that it needs the flight too: the batch begins again with it.
// - a booking's new id. Should it be taken all the same, the commit is a LedgerConflict.
// - a booking that is known, for a payment's success. Should it have changed since, the commit is a LedgerConflict.
// After a conflict the batch begins again with all_keys_of.
struct LedgerKeys {
  std::vector<FlightId> flights;
  std::vector<BookingId> bookings;
  std::vector<std::shared_ptr<const KnownBooking>> known;  // none of `bookings`, and none twice
  std::vector<NaturalKey> natural_keys;
};

LedgerKeys keys_of(std::span<const Command> commands);
LedgerKeys all_keys_of(std::span<const Command> commands);  // with the booking of every command

struct LedgerRows {
  // Those of `flights` that exist, and those of `natural_keys` that are scheduled, each once.
  std::vector<flights::Flight> flights;
  std::vector<Booking> bookings;  // those that exist
};

// ---- What comes out ----

struct Applied {
  std::optional<Booking> booking;         // of a booking command: as it is now
  std::optional<flights::Flight> flight;  // of a flight command: as it is now
  bool replayed = false;                  // PlaceBooking: this id was there before
  bool added = false;                     // AddFlight: added, not updated
  bool as_written = false;                // PlaceBooking: added, and `booking` is how its batch leaves it
  std::optional<RowStamp> stamp;      // of what is as written, once it is committed and if the backend tells
  std::optional<PaymentFault> fault;  // SettlePayment: found by it, and not before
};

struct IntentChange {
  BookingId booking;
  std::optional<Instant> due;  // nullopt: remove it
  bool added = false;          // its booking is new too: there is none to replace
};

// Final states, one entry per row.
struct LedgerChanges {
  std::vector<flights::Flight> inserted_flights;
  std::vector<flights::Flight> updated_flights;
  std::vector<flights::Flight>
      updated_seats;  // changed are available_seats, version, and updated_at to `now` alone
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

// What the seat gate and the flight index should hear about one flight after the commit.
struct FlightNews {
  FlightId id;
  std::optional<flights::Flight> flight;  // as it is now; nullopt: there is no such flight
  std::vector<BookingId> settled_holds;   // bookings whose hold has served its purpose
  bool seats_only = false;                // nothing else of the flight has changed
  bool holds_only = false;                // nothing is said of the flight itself
};

struct BatchStats {
  std::int64_t placed = 0;
  std::int64_t confirmed = 0;
  std::int64_t failed = 0;
};

// A payment's success that came late, or that is not what the booking owes, and the flight whose row it needs.
struct LatePayment {
  BookingId booking;
  FlightId flight;
  friend bool operator==(const LatePayment&, const LatePayment&) = default;
};

// `late_payments`: those whose flights were not among the rows. When there are any, everything else here means nothing.
struct BatchDecision {
  std::vector<LatePayment> late_payments;
  std::vector<Result<Applied>> outcomes;  // one per command, in order
  LedgerChanges changes;
  std::vector<FlightNews> news;
  std::vector<Booking> settled;  // bookings that left PENDING in this batch
  BatchStats stats;
};

BatchDecision decide(LedgerRows rows, std::span<const Command> commands, Instant now);

}  // namespace flightdeck::booking
