// Commands that settle a booking by its payment.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "ledger/decide.h"

namespace flightdeck::test {

inline ledger::SettlePayment payment_succeeded(
    BookingId id, FlightId flight, std::string ref = "ref",
    ledger::PaymentSource source = ledger::PaymentSource::callback) {
  return {.id = id,
          .flight = flight,
          .outcome = ledger::PaymentSucceeded{.payment_ref = std::move(ref)},
          .source = source};
}

inline ledger::SettlePayment payment_failed(BookingId id, FlightId flight,
                                            std::string_view reason = ledger::reason_payment_declined,
                                            ledger::PaymentSource source = ledger::PaymentSource::callback) {
  return {.id = id,
          .flight = flight,
          .outcome = ledger::PaymentFailed{.reason = std::string(reason)},
          .source = source};
}

// Of a command that says so.
inline ledger::PaymentSucceeded& success_of(ledger::SettlePayment& command) {
  return std::get<ledger::PaymentSucceeded>(command.outcome);
}
inline ledger::PaymentFailed& failure_of(ledger::SettlePayment& command) {
  return std::get<ledger::PaymentFailed>(command.outcome);
}

}  // namespace flightdeck::test
