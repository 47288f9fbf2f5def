// A request as handlers see it: complete, in its own memory, without any type of the HTTP library.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace flightdeck::http {

enum class Method { get, head, post, put, del, options, patch, other };
std::string_view to_string(Method method);

// The headers that the program uses. No others are kept.
enum class Header { content_type, prefer, idempotency_key, if_match, if_none_match, request_id };
inline constexpr std::size_t header_count = 6;

// Belongs to its connection and stays unchanged until its handler has finished. It cannot be copied, since
// its views point into it.
class Request {
 public:
  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  Method method = Method::other;
  // The path as sent, or empty; see RequestTarget.
  std::string_view path;
  // The query as sent, without the question mark; see QueryFields.
  std::string_view query;
  // The segment of the path that matches the `{}` of the route's pattern.
  std::string_view parameter;
  // The caller's id if it is valid, otherwise a new one.
  std::string request_id;
  std::string body;
  // The time from the arrival of its last bytes until it was served.
  std::chrono::milliseconds waited{0};

  // The value without surrounding white space. Several fields of one name are joined by ", ".
  std::optional<std::string_view> header(Header name) const;
  // Whether the header was sent as more than one field.
  bool repeated(Header name) const;
  std::string_view target() const { return target_; }

  // ---- For the code that reads it off the wire ----

  // Returns false when the target is invalid; see parse_request_target.
  bool set_target(std::string_view target);
  void add_header(Header name, std::string_view value);
  // Clears it for the next request of the connection. The memory is kept unless it is large.
  void clear();

 private:
  struct HeaderValue {
    std::string text;
    std::size_t fields = 0;
  };
  std::string target_;
  std::array<HeaderValue, header_count> headers_;
};

}  // namespace flightdeck::http
