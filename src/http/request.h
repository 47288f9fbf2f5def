// A request as handlers see it: complete, in memory of its own, without any type of the HTTP library.
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

// The headers that anything here looks at; no others are kept.
enum class Header { content_type, prefer, idempotency_key, if_match, if_none_match, request_id };
inline constexpr std::size_t header_count = 6;

// Belongs to its connection and stays as it is until its handler has finished. Not copied: its views point
// into it.
class Request {
 public:
  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  Method method = Method::other;
  // As sent, or empty; see RequestTarget.
  std::string_view path;
  // As sent, without the question mark; see QueryFields.
  std::string_view query;
  // What stands for the `{}` of the route's pattern.
  std::string_view parameter;
  // The caller's if it is sane, else a new one.
  std::string request_id;
  std::string body;
  // From its last bytes here until it was looked at.
  std::chrono::milliseconds waited{0};

  // What was sent, without surrounding white space; several fields of one name are joined by ", ".
  std::optional<std::string_view> header(Header name) const;
  // It was sent as more than one field.
  bool repeated(Header name) const;
  std::string_view target() const { return target_; }

  // ---- For whoever reads it off the wire ----

  // False: there is no such target; see parse_request_target.
  bool set_target(std::string_view target);
  void add_header(Header name, std::string_view value);
  // For the next request of the connection; keeps the memory unless it is much.
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
