// The reference that a payment service gives a payment or a refund.
#pragma once

#include <string_view>

namespace flightdeck::payment {

// 1 to limits::payment_ref_chars printable ASCII characters, not blanks alone: what every database can hold.
bool is_payment_ref(std::string_view text);

}  // namespace flightdeck::payment
