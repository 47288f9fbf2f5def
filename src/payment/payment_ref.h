// The reference that a payment service gives a payment or a refund.
#pragma once

#include <string_view>

namespace flightdeck::payment {

// Whether the text has 1 to limits::payment_ref_chars printable ASCII characters and is not blank. Every
// database can store such a reference.
bool is_payment_ref(std::string_view text);

}  // namespace flightdeck::payment
