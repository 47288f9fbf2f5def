// An answer as handlers make it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flightdeck::http {

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view problem_type = "application/problem+json";
inline constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

// Values of Cache-Control.

// Nobody may keep the answer, since it is personal or true for a moment only.
inline constexpr std::string_view no_store = "no-store";
// The client may keep the answer, but must ask each time whether it is still valid.
inline constexpr std::string_view revalidate = "private, max-age=0, must-revalidate";

struct Response {
  int status = 200;
  // It has static storage. Empty: there is no body.
  std::string_view content_type = json_type;
  std::string body;
  // Used instead of `body` when several answers share one.
  std::shared_ptr<const std::string> shared_body;
  // It has static storage.
  std::string_view cache_control = no_store;
  // The entity tag with its quotes. `shared_body` owns the text. Empty: none.
  std::string_view etag;
  // Names have static storage, and values have no CR or LF.
  std::vector<std::pair<std::string_view, std::string>> headers;

  // The server itself adds Content-Type, Content-Length, X-Request-Id, Date and Connection.
  std::string_view body_text() const { return shared_body ? *shared_body : body; }
  void add_header(std::string_view name, std::string value) { headers.emplace_back(name, std::move(value)); }
};

inline Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

inline Response empty_response(int status) {
  Response response;
  response.status = status;
  response.content_type = {};
  return response;
}

std::string_view reason_phrase(int status);

enum class ConnectionHeader { none, close, keep_alive };

// What the connection adds to an answer.
struct ResponseFrame {
  std::string_view request_id;
  // The date as IMF-fixdate. Empty: none.
  std::string_view date;
  ConnectionHeader connection = ConnectionHeader::none;
  // The request was a HEAD, so everything but the body is sent.
  bool head_only = false;
};

void append_response(std::string& out, const Response& response, const ResponseFrame& frame);

}  // namespace flightdeck::http
