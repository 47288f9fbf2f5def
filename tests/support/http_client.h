// HTTP/1.1 as a well-behaved client speaks it (HttpClient) and as any other may (RawConnection).
// Neither is safe to share between threads; every wait ends at a deadline by throwing ConnectionError.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/deadline.h"
#include "support/json.h"
#include "support/socket.h"

namespace flightdeck::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Reply {
  int status = 0;
  Headers headers;
  std::string body;
  bool keep_alive = false;

  // The first header of that name, in any case.
  std::optional<std::string> header(std::string_view name) const;
  // Throws when the body is not JSON.
  json::value json() const;
};

inline constexpr Milliseconds kAnswerWithin = std::chrono::seconds(10);

// One connection on which any bytes may be sent.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port, Milliseconds answer_within = kAnswerWithin);

  void send(std::string_view bytes);
  void finish_sending() { socket_.finish_sending(); }

  // The next complete response, interim ones (1xx) included. Nullopt when the server closed the connection
  // before the first byte of one; throws when it closed in the middle.
  // `to_head`: the request was a HEAD, so no body follows whatever the headers say.
  std::optional<Reply> read_reply(bool to_head = false);
  // Up to `count` responses; fewer when the server closed the connection.
  std::vector<Reply> read_replies(std::size_t count);
  // True when the server closes without sending anything more.
  bool closed_by_server();
  // True when the server has closed already, or sent what nobody asked for.
  bool stale() const { return !unread_.empty() || socket_.readable_now(); }

 private:
  Socket socket_;
  Milliseconds answer_within_;
  std::string unread_;
};

// Keeps its connection alive from request to request and opens a new one when the server has closed it.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port, Milliseconds answer_within = kAnswerWithin);

  // A non-empty body is sent with `Content-Length`, and as `application/json` unless `headers` say otherwise.
  Reply request(std::string_view method, std::string_view target, std::string_view body = {},
                const Headers& headers = {});
  Reply get(std::string_view target, const Headers& headers = {}) {
    return request("GET", target, {}, headers);
  }
  Reply post(std::string_view target, const json::value& body, const Headers& headers = {}) {
    return request("POST", target, json::serialize(body), headers);
  }

  std::uint16_t port() const { return port_; }
  // How many connections were opened so far.
  int connections_opened() const { return connections_opened_; }

 private:
  std::uint16_t port_;
  Milliseconds answer_within_;
  std::optional<RawConnection> connection_;
  int connections_opened_ = 0;
};

// The bytes of one request with a `Host` header; `Content-Length` is added when there is a body.
std::string request_bytes(std::string_view method, std::string_view target, std::string_view body = {},
                          const Headers& headers = {});

// For a query value: everything but letters, digits, '-', '.', '_' and '~' as %XX.
std::string percent_encoded(std::string_view value);

}  // namespace flightdeck::test
