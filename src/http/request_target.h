// The allowed forms of a request's target and of its `Host` (RFC 9112, 3.2; RFC 3986).
#pragma once

#include <optional>
#include <string_view>

namespace flightdeck::http {

struct RequestTarget {
  // The path as sent. Nothing is decoded, so there is one way to write each path. A path that a proxy in
  // front might read differently becomes empty, which matches no route. `*` stands for the server as a whole.
  std::string_view path;
  // The query as sent, without the question mark.
  std::string_view query;
};

// nullopt: the target is neither a path, nor an absolute http URL, nor `*`, or has a byte that none of them
// may have.
std::optional<RequestTarget> parse_request_target(std::string_view target);

// Whether the path has only unreserved characters between single slashes, and no segment `.` or `..`.
bool is_plain_path(std::string_view path);

// Whether the text is `uri-host [ ":" port ]` with a host and without a user name.
bool is_authority(std::string_view text);

// Whether the value is an authority or empty.
bool is_host_field(std::string_view value);

}  // namespace flightdeck::http
