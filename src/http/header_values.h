// What the values of request headers mean.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace flightdeck::http {

// Whether the text has 1 to 128 printable ASCII characters, and so is safe to echo and to log.
bool is_sane_request_id(std::string_view text);

// Whether the text has 1 to 255 printable ASCII characters.
bool is_idempotency_key(std::string_view text);

// Whether this is application/json. It may have any parameters except a charset other than UTF-8.
bool is_json_media_type(std::string_view content_type);

// Whether a list of tokens (RFC 9110, 5.6.1) has this one, in any case. `token` is lower case.
bool lists_token(std::string_view list, std::string_view token);

// Whether every member of `Expect` is `100-continue`. There may be none.
bool expects_only_continue(std::string_view expect);

// The wait that `Prefer: wait=N` (RFC 7240) asks for, at most limits::wait_max. The first well-formed one
// counts, and everything else is ignored.
std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer);

}  // namespace flightdeck::http
