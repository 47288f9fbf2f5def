// Percent-encoding of RFC 3986.
#pragma once

#include <string>
#include <string_view>

namespace flightdeck::http {

// Appends the decoded text. False when a `%` is not followed by two hexadecimal digits.
bool percent_decode(std::string_view text, std::string& out);
// As in a query, where `+` is a blank besides.
bool form_decode(std::string_view text, std::string& out);

}  // namespace flightdeck::http
