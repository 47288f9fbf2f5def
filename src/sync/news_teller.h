// Tells the gate and the index of one thread what the ledger says, and what they could not be told again, until they have
// heard it.
#pragma once

#include "booking/decide.h"
#include "booking/hold_drops.h"
#include "booking/seat_gate.h"
#include "core/executor.h"
#include "core/ticker.h"
#include "flights/flight_index.h"
#include "flights/index_lag.h"
#include "sync/untold.h"

namespace flightdeck::sync {

// What the gate should hear of a flight.
booking::SeatNews seat_news(const booking::FlightNews& news, Instant now);

// One a thread, used from that thread only (`home` may be asked for by any). While it owes anything the index may lag. What
// is owed is told limits::retell_pause after the gate or the index can hear it again at the latest; what is too much to
// be kept is left to a sweeper, by making the index incomplete.
class NewsTeller final : public booking::HoldDrops {
 public:
  struct Parts {
    Executor& home;
    Timers& timers;
    booking::SeatGate& gate;
    flights::FlightIndex& index;
    TaskScope& scope;  // of `home`; not torn down before it is empty
    const Clock& clock;
    flights::IndexLag& lag;
  };

  NewsTeller(Parts parts, TaskScope::OnError on_error, UntoldLimits limits = {})
      : parts_(parts),
        on_error_(std::move(on_error)),
        untold_(limits),
        pause_(parts.timers, limits::retell_pause) {}
  NewsTeller(const NewsTeller&) = delete;
  NewsTeller& operator=(const NewsTeller&) = delete;

  // Returns when they are told, or have not heard: then they are told later. Never throws.
  Task<void> tell(std::vector<booking::FlightNews> news);

  Task<void> drop(FlightId flight, BookingId booking) override;
  void drop_soon(FlightId flight, BookingId booking) override;

  // Nothing is told again from now on: the process is about to end, and sweepers see to the rest.
  void stop() { pause_.stop(); }

  Executor& home() const { return parts_.home; }
  TaskScope& scope() const { return parts_.scope; }

 private:
  // False: one of them has not heard, and `news` is as it was.
  Task<bool> tell_once(std::vector<booking::FlightNews>& news);
  void keep(std::vector<booking::FlightNews> news);
  Task<void> tell_again();
  Task<bool> tell_a_part();

  const Parts parts_;
  const TaskScope::OnError on_error_;
  Untold untold_;
  Ticker pause_;
  bool owes_ = false;
};

}  // namespace flightdeck::sync
