// What the target of a request and its `Host` may look like (RFC 9112, 3.2; RFC 3986).
#pragma once

#include <optional>
#include <string_view>

namespace flightdeck::http {

struct RequestTarget {
  // As sent, for there is one way to write each path: nothing is decoded, and a path that a proxy before us
  // might read otherwise than it stands is empty, which no route is. `*` for the server as a whole.
  std::string_view path;
  // As sent, without the question mark.
  std::string_view query;
};

// nullopt: it is neither a path, nor an absolute http URL, nor `*`, or has a byte that none of them may have.
std::optional<RequestTarget> parse_request_target(std::string_view target);

// Only unreserved characters between single slashes, and no segment is `.` or `..`.
bool is_plain_path(std::string_view path);

// `uri-host [ ":" port ]` with a host, and without a user name.
bool is_authority(std::string_view text);

// An authority, or nothing.
bool is_host_field(std::string_view value);

}  // namespace flightdeck::http
