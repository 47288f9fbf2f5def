// An http:// URL, taken apart and checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace flightdeck::net {

struct HttpUrl {
  // A name or an address; an IPv6 address without its brackets.
  std::string host;
  std::uint16_t port = 80;
  // Path and query. At least `/`.
  std::string target;

  // Host and port as in a Host header.
  std::string authority() const;
  friend bool operator==(const HttpUrl&, const HttpUrl&) = default;
};

// Errors: validation_failed, with a detail for people, when the text is longer than limits::url_bytes, is not
// http, has a user name, a fragment or a bad port, or has characters that a URL cannot have.
Result<HttpUrl> parse_http_url(std::string_view text);

// A URL that other paths are appended to. It has no query. A last slash is dropped, so `target` may be empty.
Result<HttpUrl> parse_base_url(std::string_view text);

// Whether `url` is on the server of `base`, at its path or below. parse_base_url made `base`.
bool is_under(const HttpUrl& url, const HttpUrl& base);

}  // namespace flightdeck::net
