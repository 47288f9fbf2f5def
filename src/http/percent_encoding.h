// Percent-encoding of RFC 3986.
#pragma once

#include <string>
#include <string_view>

namespace flightdeck::http {

// Appends the decoded text of a query, where `+` is a blank. Returns false when a `%` is not followed by two
// hexadecimal digits. Paths are not decoded; see RequestTarget.
bool form_decode(std::string_view text, std::string& out);

}  // namespace flightdeck::http
