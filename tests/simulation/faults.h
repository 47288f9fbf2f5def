// What goes wrong in one history.
#pragma once

#include "simulation/database.h"
#include "simulation/payment_service.h"

namespace flightdeck::simulation {

struct Faults {
  LinkFaults clients;
  LinkFaults redis;
  DatabaseFaults database;
  PaymentFaults payment;
  // The probability that a process crashes, at any await.
  double crash_per_turn = 0;
  Micros restarts_within{3'000'000};
  // How often in a history each of these happens, at random moments.
  int redis_emptied = 0;
  int redis_rolled_back = 0;
  int redis_outages = 0;
  int redis_refusals = 0;
  int database_outages = 0;
  int payment_outages = 0;
  // The database's synchronous standby goes away. It comes back or takes over.
  int standby_losses = 0;
  // Another session locks a flight in the database, perhaps with its bookings.
  int row_locks = 0;
  Micros outage_max{4'000'000};
  Micros refusal_max{8'000'000};
  // Each process's clock is ahead by its own amount, up to this.
  Milliseconds clock_ahead_max{0};

  // Some kinds of fault, some of them mild: what one kind hides, another history shows.
  static Faults drawn(Dice& dice);
  // All is well from now on. What is under way stays as it is.
  void end();
};

}  // namespace flightdeck::simulation
