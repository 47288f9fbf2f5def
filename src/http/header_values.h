// What the values of request headers mean.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace flightdeck::http {

// 1 to 128 printable ASCII characters: safe to echo and to log.
bool is_sane_request_id(std::string_view text);

// 1 to 255 printable ASCII characters.
bool is_idempotency_key(std::string_view text);

// application/json with any parameters but another charset than UTF-8.
bool is_json_media_type(std::string_view content_type);

// Whether a list of tokens (RFC 9110, 5.6.1) has this one, in any case; `token` is lower case.
bool lists_token(std::string_view list, std::string_view token);

// Every member of `Expect` is `100-continue`; there may be none.
bool expects_only_continue(std::string_view expect);

// `Prefer: wait=N` (RFC 7240), at most limits::wait_max. The first well-formed one counts, the rest is
// ignored.
std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer);

}  // namespace flightdeck::http
