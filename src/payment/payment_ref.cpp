#include "payment/payment_ref.h"

#include "core/limits.h"
#include "core/utf8.h"

namespace flightdeck::payment {

bool is_payment_ref(std::string_view text) {
  return text.size() <= limits::payment_ref_chars && is_printable_ascii(text) &&
         text.find_first_not_of(' ') != std::string_view::npos;
}

}  // namespace flightdeck::payment
