#include "simulation/faults.h"

namespace flightdeck::simulation {

namespace {

void draw(LinkFaults& link, Dice& dice, bool duplicates) {
  const double much = dice.chance(0.5) ? 0.01 : 0.08;
  if (dice.chance(0.5)) link.lose_request = much;
  if (dice.chance(0.5)) link.lose_reply = much;
  if (dice.chance(0.5)) link.late = much;
  if (duplicates && dice.chance(0.5)) link.duplicate = much;
}

void draw(DatabaseFaults& database, Dice& dice) {
  const double much = dice.chance(0.5) ? 0.02 : 0.1;
  if (dice.chance(0.5)) database.refuse = much;
  if (dice.chance(0.5)) database.give_way = much;
  if (dice.chance(0.6)) database.break_commit = 2 * much;
  if (dice.chance(0.5)) database.lookup_fails = 0.4;
  if (dice.chance(0.3)) database.lost_failover = 0.2;
  if (dice.chance(0.3)) database.overloaded = much;
  draw(database.link, dice, false);
}

void draw(PaymentFaults& payment, Dice& dice) {
  if (dice.chance(0.5)) payment.decides_later = 0.3;
  if (dice.chance(0.5)) payment.answers = 0.6;
  if (dice.chance(0.7)) payment.calls_back = dice.chance(0.5) ? 1 : 0.5;
  if (dice.chance(0.5)) payment.calls_back_twice = 0.4;
  if (dice.chance(0.4)) payment.contradicts = 0.3;
  if (dice.chance(0.4)) payment.calls_back_early = 0.5;
  if (dice.chance(0.4)) payment.denies_early = 0.3;
  draw(payment.link, dice, true);
  payment.link.latest = Micros(12'000'000);
}

// What others do with a booking's money.
void draw_money(PaymentFaults& payment, Dice& dice) {
  if (dice.chance(0.3)) payment.another_amount = 0.3;
  if (dice.chance(0.3)) payment.refunds_unasked = 0.3;
  if (dice.chance(0.3)) payment.leaves_amount_out = 0.5;
}

}  // namespace

Faults Faults::drawn(Dice& dice) {
  Faults faults;
  faults.database.link.slowest = Micros(4'000);
  faults.payment.link.slowest = Micros(500'000);
  faults.payment.success = dice.chance(0.5) ? 0.75 : 0.4;
  // None at all.
  if (dice.chance(0.1)) return faults;
  // Of its own dice: the histories without these faults stay as they are.
  Dice copy = dice;
  Dice of_money(copy.next() + 1);
  draw_money(faults.payment, of_money);
  if (dice.chance(0.5)) draw(faults.clients, dice, true);
  if (dice.chance(0.5)) draw(faults.redis, dice, true);
  if (dice.chance(0.5)) draw(faults.database, dice);
  if (dice.chance(0.6)) draw(faults.payment, dice);
  if (dice.chance(0.5)) faults.crash_per_turn = dice.chance(0.5) ? 0.0005 : 0.004;
  if (dice.chance(0.25)) faults.redis_emptied = static_cast<int>(dice.between(1, 2));
  if (dice.chance(0.25)) faults.redis_rolled_back = static_cast<int>(dice.between(1, 3));
  if (dice.chance(0.25)) faults.redis_outages = static_cast<int>(dice.between(1, 2));
  if (dice.chance(0.5)) faults.redis_refusals = static_cast<int>(dice.between(1, 4));
  if (dice.chance(0.25)) faults.database_outages = static_cast<int>(dice.between(1, 2));
  if (dice.chance(0.25)) faults.payment_outages = static_cast<int>(dice.between(1, 2));
  if (dice.chance(0.25)) faults.standby_losses = static_cast<int>(dice.between(1, 3));
  if (dice.chance(0.25)) faults.row_locks = static_cast<int>(dice.between(1, 4));
  if (dice.chance(0.25)) faults.clock_ahead_max = Milliseconds(dice.chance(0.5) ? 2'000 : 40'000);
  return faults;
}

void Faults::end() {
  const Faults none;
  clients = none.clients;
  redis = none.redis;
  database = none.database;
  // How payments were decided and are told is no fault.
  payment.link = none.payment.link;
  payment.contradicts = 0;
  payment.denies_early = 0;
  crash_per_turn = 0;
}

}  // namespace flightdeck::simulation
