// An http:// or https:// URL, taken apart and checked.
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
  // It begins with https.
  bool tls = false;

  // Host and port as in a Host header.
  std::string authority() const;
  friend bool operator==(const HttpUrl&, const HttpUrl&) = default;
};

// Without a port: 80, or 443 of https. Error validation_failed, with a detail for people: longer than
// limits::url_bytes, neither http nor https, a user name, a fragment, a bad port, or characters that have no
// place in a URL.
Result<HttpUrl> parse_http_url(std::string_view text);

// A URL that other paths are appended to. It has no query. A last slash is dropped, so `target` may be empty.
Result<HttpUrl> parse_base_url(std::string_view text);

// Whether `url` is on the server of `base`, at its path or below. parse_base_url made `base`.
bool is_under(const HttpUrl& url, const HttpUrl& base);

}  // namespace flightdeck::net
